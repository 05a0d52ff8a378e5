"""What the network does in spite of what was agreed, with what that is worth a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from broadbill.core.money import Currency, Money

# The last billed line of each recurring charge, for a month. A period of about whole months counts as so many.
DRIFT = """
SELECT drift.kind, drift.username, coalesce(account.number, ''), coalesce(account.name, ''),
       coalesce(subscription.code, ''), drift.wanted, drift.found, drift.first_seen_at, worth.currency, worth.minor
FROM network_drift AS drift
LEFT JOIN contracts_subscription AS subscription ON subscription.id = drift.subscription_id
LEFT JOIN accounts_account AS account ON account.id = subscription.account_id
LEFT JOIN LATERAL (
    SELECT min(last.currency) AS currency, round(sum(last.minor))::bigint AS minor FROM (
        SELECT DISTINCT ON (line.charge) document.currency, line.amount * whole.days / (line.ends_on - line.starts_on)
               / CASE WHEN whole.days >= 27 AND abs(whole.days - round(whole.days / 30.436875) * 30.436875) <= 3
                      THEN round(whole.days / 30.436875) ELSE whole.days / 30.436875 END AS minor
        FROM billing_document AS document
        JOIN billing_line AS line ON line.document_id = document.id
        CROSS JOIN LATERAL (
            SELECT coalesce(line.period_ends_on - line.period_starts_on, line.ends_on - line.starts_on)::numeric AS days
        ) AS whole
        WHERE document.account_id = account.id AND line.subscription_id = subscription.id
          AND line.kind = 'recurring' AND line.amount > 0
        ORDER BY line.charge, line.starts_on DESC, line.document_id DESC
    ) AS last
) AS worth ON true
ORDER BY drift.first_seen_at, drift.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class DriftRead:
    """`worth` is what the service was last billed for a month, None where nothing was.

    That much is given away where somebody is online unbilled, and at stake where somebody is billed and not online.
    """

    kind: str
    username: str
    account: str
    name: str
    subscription: str
    wanted: str
    found: str
    first_seen_at: datetime
    worth: Money | None


def drift(*, limit: int) -> list[DriftRead]:
    """Oldest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(DRIFT, [limit])
        return [
            DriftRead(kind, username, account, name, code, wanted, found, seen, _worth(currency, minor))
            for kind, username, account, name, code, wanted, found, seen, currency, minor in cursor.fetchall()
        ]


def _worth(currency: str | None, minor: int | None) -> Money | None:
    return None if currency is None or minor is None else Money(minor, Currency.of(currency))
