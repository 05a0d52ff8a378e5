"""Somebody of the staff sees the portal as a customer does: kept as events of the account, with its latest end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from broadbill.kernel.operations.events import record_event

LASTS_MINUTES: Final = 30


@transaction.atomic
def begin_standing_in(*, account_id: int, reason: str, actor: str, now: datetime) -> datetime:
    """Return the instant at which it ends by itself."""
    ends_at = now + timedelta(minutes=LASTS_MINUTES)
    told = {"reason": reason, "ends_at": ends_at.isoformat()}
    _keep("account.stand_in_begun", account_id, told, actor, now)
    return ends_at


@transaction.atomic
def end_standing_in(*, account_id: int, actor: str, now: datetime) -> None:
    """It was ended before its time."""
    _keep("account.stand_in_ended", account_id, {}, actor, now)


def _keep(verb: str, account_id: int, data: dict[str, Any], actor: str, now: datetime) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="account",
        object_id=account_id,
        account_id=account_id,
        occurred_at=now,
        data=data,
    )
