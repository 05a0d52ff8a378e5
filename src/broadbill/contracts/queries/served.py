"""Which subscriptions are served on a day, and which somebody stopped for a reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection

SERVED = """
SELECT subscription.account_id, subscription.id
FROM contracts_subscription AS subscription
JOIN contracts_subscriptionterm AS term ON term.subscription_id = subscription.id
WHERE subscription.account_id = ANY(%(accounts)s) AND term.superseded_at IS NULL AND term.holds @> %(on)s::date
  AND term.state = ANY(%(states)s)
ORDER BY subscription.account_id, subscription.id
"""

# The latest word about its service was a stop for this reason.
STOPPED = """
SELECT subscription.account_id, subscription.id
FROM contracts_subscription AS subscription
JOIN contracts_subscriptionterm AS term ON term.subscription_id = subscription.id
CROSS JOIN LATERAL (
    SELECT fact.kind, fact.detail FROM contracts_fact AS fact
    WHERE fact.account_id = subscription.account_id AND fact.subscription_id = subscription.id
      AND fact.kind IN ('suspend', 'resume')
    ORDER BY fact.effective_on DESC, fact.number DESC LIMIT 1
) AS latest
WHERE subscription.account_id = ANY(%(accounts)s) AND term.superseded_at IS NULL AND term.holds @> %(on)s::date
  AND term.state = 'suspended' AND latest.kind = 'suspend' AND latest.detail ->> 'reason' = %(reason)s
ORDER BY subscription.account_id, subscription.id
"""


def served_subscriptions(
    *, account_ids: Collection[int], on: date, suspended_too: bool = False
) -> list[tuple[int, int]]:
    """(account, subscription) of what is active on the day, or suspended too. One query."""
    states = ["active", "suspended"] if suspended_too else ["active"]
    with connection.cursor() as cursor:
        cursor.execute(SERVED, {"accounts": list(account_ids), "on": on, "states": states})
        return list(cursor.fetchall())


def stopped_subscriptions(*, account_ids: Collection[int], on: date, reason: str) -> list[tuple[int, int]]:
    """(account, subscription) of what is suspended on the day for the reason alone. One query."""
    with connection.cursor() as cursor:
        cursor.execute(STOPPED, {"accounts": list(account_ids), "on": on, "reason": reason})
        return list(cursor.fetchall())
