"""How an account's subscriptions stand at the edge of the network: let in, slowed down, kept out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# The best of a subscription's credentials; the lines of one are let in or kept out together, but for their kinds.
BY_SUBSCRIPTION = """
SELECT DISTINCT ON (standing.subscription_id) standing.subscription_id, standing.state, own.allowance_octets,
       (SELECT max(throttle.ends_at) FROM network_throttle AS throttle
        WHERE throttle.subscription_id = standing.subscription_id AND throttle.starts_at <= statement_timestamp()
          AND throttle.ends_at > statement_timestamp())
FROM network_standing AS standing LEFT JOIN network_profile AS own ON own.id = standing.own_profile_id
WHERE standing.account_id = %s
ORDER BY standing.subscription_id, standing.access_id
"""


@dataclass(frozen=True, slots=True)
class AtTheEdge:
    """`state` is active, throttled, restricted, suspended, out_of_service or without_profile.

    `allowance_octets` are those of a calendar month, None without a limit; `slow_until` is set while throttled.
    """

    state: str
    allowance_octets: int | None
    slow_until: datetime | None


def at_the_edge(account_id: int) -> dict[int, AtTheEdge]:
    """By subscription; those that nobody signs in with are left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(BY_SUBSCRIPTION, [account_id])
        return {row[0]: AtTheEdge(*row[1:]) for row in cursor.fetchall()}
