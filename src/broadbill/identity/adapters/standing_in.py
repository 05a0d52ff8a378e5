"""That somebody of the staff sees the portal as a customer does, kept in their own session: they stay who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

KEPT_AS = "standing_in"


@dataclass(frozen=True, slots=True)
class StandIn:
    """`account` is its number; `by` is the member of the staff, as pages call them."""

    account: str
    by: str
    ends_at: datetime


def keep_stand_in(request: HttpRequest, *, account: str, ends_at: datetime) -> None:
    request.session[KEPT_AS] = {"account": account, "ends_at": ends_at.isoformat()}


def stand_in_of(request: HttpRequest) -> StandIn | None:
    """As it was kept, also when it is over. A customer stands in for nobody, whatever their session says."""
    kept = request.session.get(KEPT_AS)
    user = request.user
    if kept is None or not user.is_authenticated or user.is_customer:
        return None
    return StandIn(kept["account"], str(user), datetime.fromisoformat(kept["ends_at"]))


def forget_stand_in(request: HttpRequest) -> None:
    request.session.pop(KEPT_AS, None)
