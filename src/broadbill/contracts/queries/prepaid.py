"""Which subscriptions are on prepaid plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

PREPAID_PLANS = "SELECT id FROM catalog_plan WHERE prepaid"

PREPAID = """
SELECT subscription.account_id, subscription.id, term.state = 'active'
FROM contracts_subscription AS subscription
JOIN contracts_subscriptionterm AS term ON term.subscription_id = subscription.id
WHERE subscription.account_id = ANY(%(accounts)s) AND term.plan_id = ANY(%(plans)s)
  AND term.superseded_at IS NULL AND term.holds @> %(on)s::date
ORDER BY subscription.account_id, subscription.id
"""


@dataclass(frozen=True, slots=True)
class PrepaidSubscription:
    """A subscription on a prepaid plan; `is_served` unless it is suspended, for whatever reason."""

    id: int
    is_served: bool


def prepaid_subscriptions(*, account_ids: Sequence[int], on: date) -> dict[int, list[PrepaidSubscription]]:
    """Subscriptions on a prepaid plan on the day, oldest first, by account.

    Two queries; one where no plan is prepaid, so that providers without them pay nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(PREPAID_PLANS)
        plans = [row[0] for row in cursor.fetchall()]
        found: dict[int, list[PrepaidSubscription]] = defaultdict(list)
        if plans and account_ids:
            cursor.execute(PREPAID, {"accounts": list(account_ids), "plans": plans, "on": on})
            for account_id, subscription_id, is_served in cursor.fetchall():
                found[account_id].append(PrepaidSubscription(subscription_id, is_served))
    return dict(found)
