"""Access sold ahead under hidden names: made, started by hand, blocked, and ended where nothing of it is left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadbill.network.models import Grant
from broadbill.network.operations.tell import end
from broadbill.network.queries.open_sessions import open_sessions_of_nothing_left


@dataclass(frozen=True, kw_only=True, slots=True)
class NewGrant:
    """One of `seconds` (online), `octets` (both directions) and `period_seconds` (from the first sign-in on).

    The profile is the one named, or else that of the plan. Not started before `start_before`, it never is.
    """

    username: str
    profile: str = ""
    plan_id: int | None = None
    seconds: int | None = None
    octets: int | None = None
    period_seconds: int | None = None
    start_before: datetime | None = None
    started_at: datetime | None = None
    blocked_at: datetime | None = None


def add_grants(grants: Sequence[NewGrant]) -> list[int]:
    """Let them sign in from now on. Their ids, in order."""
    rows = [
        Grant(
            username=each.username,
            profile=each.profile,
            plan_id=each.plan_id,
            seconds=each.seconds,
            octets=each.octets,
            period_seconds=each.period_seconds,
            start_before=each.start_before,
            started_at=each.started_at,
            blocked_at=each.blocked_at,
        )
        for each in grants
    ]
    return [row.id for row in Grant.objects.bulk_create(rows, batch_size=5000)]


def start_grant(*, grant_id: int, now: datetime) -> None:
    """As its first sign-in would; one that runs already runs on."""
    Grant.objects.filter(pk=grant_id, started_at=None).update(started_at=now)


def block_grants(*, grant_ids: Collection[int], now: datetime) -> None:
    """Refuse them from now on; sessions under way are ended within a minute."""
    Grant.objects.filter(pk__in=grant_ids, blocked_at=None).update(blocked_at=now)


def end_what_is_used_up(*, clock: Callable[[], datetime]) -> int:
    """Order access servers to end the sessions of grants that let nobody in any more; return how many were ended.

    Servers end most by themselves, by the limits that they were told. One that is silent is asked again every minute,
    and its session is among the drift.
    """
    return sum(end(session, clock()).is_settled for session in open_sessions_of_nothing_left())
