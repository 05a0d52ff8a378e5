"""Telling access servers what has changed: wished with the change, carried out after, its outcome kept."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.deciding import SECOND_LOOK_SECONDS, wait_after
from broadbill.network.models import Enforcement
from broadbill.network.operations.tell import Told, tell
from broadbill.network.operations.write_router import tell_routers
from broadbill.network.queries.open_sessions import open_sessions_of

ENFORCE_TASK = "network.enforce"
ACTOR = "system:network"
# Longer than an order takes whose server is silent.
LEASE = timedelta(minutes=2)
AGAIN_AFTER = timedelta(hours=1)

WANT = """
INSERT INTO network_enforcement AS waiting (account_id, subscription_id, cause, state, version, wanted_at, next_try_at,
    looks, tries, outcome)
SELECT DISTINCT subscription.account_id, subscription.id, %(cause)s, 'waiting', 1, %(now)s::timestamptz,
       %(now)s::timestamptz, 0, 0, ''
FROM network_access AS access JOIN contracts_subscription AS subscription ON subscription.id = access.subscription_id
WHERE subscription.id = ANY(%(subscriptions)s)
ON CONFLICT (subscription_id) WHERE state = 'waiting' DO UPDATE
SET version = waiting.version + 1, cause = excluded.cause, wanted_at = excluded.wanted_at,
    next_try_at = excluded.next_try_at, looks = 0, tries = 0
"""
# Days begin and throttles end without a fact being recorded at that moment.
DRIFTED = """
SELECT DISTINCT standing.subscription_id
FROM radacct AS session
JOIN network_standing AS standing ON standing.username = session.username
LEFT JOIN network_profile AS wanted ON wanted.id = standing.profile_id
WHERE session.acctstoptime IS NULL AND session.class IS NOT NULL AND session.class IS DISTINCT FROM wanted.code
  AND NOT EXISTS (
      SELECT FROM network_enforcement AS known
      WHERE known.subscription_id = standing.subscription_id
        AND (known.state = 'waiting' OR (known.state = 'failed' AND known.ended_at > %s))
  )
"""

Clock = Callable[[], datetime]


def enforce_later(*, subscription_ids: Collection[int], cause: str, now: datetime) -> int:
    """Have the sessions of these subscriptions told, once the transaction under way has ended.

    Subscriptions that sign in with nothing are left out. Returns how many are not.
    """
    with connection.cursor() as cursor:
        cursor.execute(WANT, {"subscriptions": list(subscription_ids), "cause": cause, "now": now})
        wanted = cursor.rowcount
    if wanted:
        wake()
    return wanted


def follow_terms(*, subscription_ids: Collection[int], now: datetime) -> None:
    """What a subscription is has changed, whoever changed it."""
    enforce_later(subscription_ids=subscription_ids, cause="what was agreed has changed", now=now)


@transaction.atomic
def enforce_drift(*, now: datetime) -> int:
    """Have sessions told whose standing changed by the clock alone. Those that failed are tried again every hour."""
    with connection.cursor() as cursor:
        cursor.execute(DRIFTED, [now - AGAIN_AFTER])
        drifted = [row[0] for row in cursor.fetchall()]
    return enforce_later(subscription_ids=drifted, cause="a new day, or the end of a throttle", now=now)


def wake() -> None:
    """Have a worker look soon. One waiting job is enough."""
    try:
        with transaction.atomic():
            app.configure_task(ENFORCE_TASK, queueing_lock=ENFORCE_TASK).defer()
    except AlreadyEnqueued:
        return  # the job that waits will see to these too


def enforce_due(*, clock: Clock, limit: int = 1000) -> int:
    """Carry out what is due, oldest first; return how many were looked at. Any number of workers share the work."""
    seen = 0
    while seen < limit and (row := _take_one(clock())) is not None:
        _carry_out(row, clock)
        seen += 1
    return seen


@transaction.atomic
def _take_one(now: datetime) -> Enforcement | None:
    due = Enforcement.objects.filter(state=Enforcement.State.WAITING, next_try_at__lte=now)
    row = due.select_for_update(skip_locked=True).order_by("next_try_at", "id").first()
    if row is not None:
        row.next_try_at = now + LEASE
        row.save(update_fields=["next_try_at"])
    return row


def _carry_out(row: Enforcement, clock: Clock) -> None:
    told = [tell(session, clock()) for session in open_sessions_of(row.subscription_id)]
    told += tell_routers(row.subscription_id)
    now = clock()
    with transaction.atomic():
        current = Enforcement.objects.select_for_update().get(pk=row.pk)
        # Something else has changed meanwhile, and waits its turn.
        if current.state == Enforcement.State.WAITING and current.version == row.version:
            _record(current, told, now)


def _record(row: Enforcement, told: list[Told], now: datetime) -> None:
    row.outcome = "; ".join(each.words for each in told) or "no session was open"
    if not told and row.looks == 0:
        row.looks, row.next_try_at = 1, now + timedelta(seconds=SECOND_LOOK_SECONDS)
    elif all(each.is_settled for each in told):
        _end(row, Enforcement.State.DONE, now)
    else:
        row.tries += 1
        wait = wait_after(row.tries)
        if wait is None or any(not each.is_settled and each.is_final for each in told):
            _end(row, Enforcement.State.FAILED, now)
        else:
            row.next_try_at = now + wait
    row.save()


def _end(row: Enforcement, state: Enforcement.State, now: datetime) -> None:
    """Close it, and write it on the account's page unless there was nothing to do."""
    row.state, row.ended_at = state, now
    if row.looks and row.outcome == "no session was open":
        return
    record_event(
        actor=ACTOR,
        verb="network.enforced" if state == Enforcement.State.DONE else "network.enforcement_failed",
        object_type="subscription",
        object_id=row.subscription_id,
        occurred_at=now,
        account_id=row.account_id,
        data={"cause": row.cause, "outcome": row.outcome, "tries": row.tries},
    )
