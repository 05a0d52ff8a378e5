"""What access servers could not be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# The last enforcement of each subscription, where that failed.
FAILED = """
SELECT account.number, subscription.code, last.cause, last.outcome, last.tries, last.ended_at
FROM (
    SELECT DISTINCT ON (subscription_id) * FROM network_enforcement
    WHERE subscription_id IN (SELECT subscription_id FROM network_enforcement WHERE state = 'failed')
    ORDER BY subscription_id, id DESC
) AS last
JOIN accounts_account AS account ON account.id = last.account_id
JOIN contracts_subscription AS subscription ON subscription.id = last.subscription_id
WHERE last.state = 'failed'
ORDER BY last.ended_at
"""


@dataclass(frozen=True, slots=True)
class NotEnforced:
    account: str
    subscription: str
    cause: str
    outcome: str
    tries: int
    failed_at: datetime


def not_enforced() -> list[NotEnforced]:
    """Oldest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(FAILED)
        return [NotEnforced(*row) for row in cursor.fetchall()]
