"""Shutting subscriptions that are in service into the walled garden of their profiles, and letting them out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

from django.db import connection, transaction

from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.network.operations.enforce import enforce_later

# Where a profile has no walled garden there is nothing to shut anybody into.
RESTRICT = """
WITH made AS (
    INSERT INTO network_restriction (subscription_id, reason, starts_at, recorded_by)
    SELECT subscription.id, %(reason)s, %(now)s, %(actor)s
    FROM contracts_subscription AS subscription
    JOIN contracts_subscriptionterm AS term ON term.subscription_id = subscription.id
    JOIN network_planprofile AS sold ON sold.plan_id = term.plan_id
    JOIN network_profile AS own ON own.id = sold.profile_id
    WHERE subscription.account_id = ANY(%(accounts)s) AND term.superseded_at IS NULL
      AND term.holds @> %(on)s::date AND term.state = 'active' AND own.restricted_to_id IS NOT NULL
    ORDER BY subscription.id
    ON CONFLICT (subscription_id, reason) WHERE ends_at IS NULL DO NOTHING
    RETURNING subscription_id
)
SELECT subscription.account_id, subscription.id
FROM made JOIN contracts_subscription AS subscription ON subscription.id = made.subscription_id
ORDER BY subscription.id
"""
LIFT = """
UPDATE network_restriction AS restriction SET ends_at = %(now)s
FROM contracts_subscription AS subscription
WHERE restriction.ends_at IS NULL AND restriction.reason = %(reason)s
  AND subscription.id = restriction.subscription_id AND subscription.account_id = ANY(%(accounts)s)
RETURNING subscription.account_id, subscription.id
"""


@transaction.atomic
def restrict_many(
    *, account_ids: Collection[int], on: date, reason: str, now: datetime, actor: str
) -> list[tuple[int, int]]:
    """Restrict what these accounts have in service on the day; it stays in service and is billed.

    The caller holds the accounts' locks. Returns (account, subscription) of what was not restricted for the reason
    before; what has no walled garden is left as it is. A fixed number of queries.
    """
    return _written("subscription.restricted", RESTRICT, account_ids, on, reason, now, actor)


@transaction.atomic
def lift_many(
    *, account_ids: Collection[int], reason: str, now: datetime, actor: str
) -> list[tuple[int, int]]:
    """End the restrictions that the reason put on these accounts. A fixed number of queries."""
    return _written("subscription.unrestricted", LIFT, account_ids, None, reason, now, actor)


def _written(
    verb: str, sql: str, account_ids: Collection[int], on: date | None, reason: str, now: datetime, actor: str
) -> list[tuple[int, int]]:
    if not account_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            sql, {"accounts": list(account_ids), "on": on, "reason": reason, "now": now, "actor": actor}
        )
        found = cursor.fetchall()
    if found:
        record_events(_events(verb, found, reason, now, actor))
        enforce_later(subscription_ids=[row[1] for row in found], cause=verb.replace(".", " was "), now=now)
    return found


def _events(
    verb: str, found: Sequence[tuple[int, int]], reason: str, now: datetime, actor: str
) -> Iterator[NewEvent]:
    for account_id, subscription_id in found:
        yield NewEvent(
            actor=actor,
            verb=verb,
            object_type="subscription",
            object_id=str(subscription_id),
            occurred_at=now,
            account_id=account_id,
            data={"reason": reason},
        )
