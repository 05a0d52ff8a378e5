"""What waits for a person, of every kind: how many, and the first of them. Each is found by an index of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from broadbill.core.money import Currency, Money
from broadbill.reports.domain.overview import Waiting

# Beyond so many the number is not counted on: nobody needs to know it exactly.
COUNTED_TO = 1000
# A decline of a card waits for a person so long, unless another charge came after it.
DECLINES_WAIT = timedelta(days=14)

DECLINED: Final = """payments_cardcharge AS charge
WHERE charge.state = 'declined' AND charge.settled_at >= %(declined_since)s AND NOT EXISTS (
    SELECT FROM payments_cardcharge AS later
    WHERE later.account_id = charge.account_id AND later.asked_at > charge.asked_at)"""

# What is counted, by the key under which the page asks.
COUNTED: Final = {
    "refunds": "payments_refund WHERE state = 'requested'",
    "disputes": "payments_linedispute WHERE state = 'open'",
    "declined": DECLINED,
    "bank": "payments_bankline WHERE state = 'queued'",
    "overdue": "payments_openitem WHERE open <> 0 AND open > 0 AND due_on < %(today)s",
    "findings": "payments_finding WHERE settled_at IS NULL",
    "mails": "message WHERE state IN ('failed', 'bounced')",
    "unreached": """network_enforcement AS last WHERE last.state = 'failed' AND NOT EXISTS (
        SELECT FROM network_enforcement AS later
        WHERE later.subscription_id = last.subscription_id AND later.id > last.id)""",
    # Nine tenths of what a pool holds are given, or all of it.
    "pools": """network_pool AS pool WHERE (
        SELECT count(*) FROM network_assignment AS held
        WHERE held.pool_id = pool.id AND (held.ends_at IS NULL OR held.ends_at > %(now)s)
    ) >= 0.9 * (2::numeric ^ (pool.piece_length - masklen(pool.network)) - pool.kept_back
        - CASE WHEN pool.kind = 'ipv4' AND masklen(pool.network) < 31 THEN 2 ELSE 0 END)""",
    "aside": "usage_aside WHERE settled_at IS NULL",
    "credits": "network_incident WHERE ends_at IS NOT NULL AND decision = '' AND credit <> '{}'",
    "unbilled": """billing_runissue WHERE run_id = (
        SELECT max(id) FROM billing_billrun WHERE scope = 'all' AND state = 'finished')""",
}

# The first of each kind: kind, number, account's id, minor units, currency (empty: the account's), since, detail.
LISTED: Final = {
    "refunds": """SELECT 'refunds', id::text, account_id, amount, currency, requested_at, reason
        FROM payments_refund WHERE state = 'requested' ORDER BY id LIMIT %(limit)s""",
    "disputes": """SELECT 'disputes', document.number, dispute.account_id, dispute.amount, document.currency,
        dispute.opened_at, dispute.reason
        FROM payments_linedispute AS dispute JOIN billing_document AS document ON document.id = dispute.document_id
        WHERE dispute.state = 'open' ORDER BY dispute.id LIMIT %(limit)s""",
    "declined": f"""SELECT 'declined', charge.id::text, charge.account_id, charge.amount, charge.currency,
        charge.settled_at, charge.decline FROM {DECLINED} ORDER BY charge.settled_at DESC LIMIT %(limit)s""",
    "bank": """SELECT 'bank', id::text, NULL::bigint, amount, currency, booked_on::timestamp AT TIME ZONE 'UTC', payer
        FROM payments_bankline WHERE state = 'queued' ORDER BY id LIMIT %(limit)s""",
    "overdue": """SELECT 'overdue', coalesce(document.number, ''), item.account_id, item.open, '',
        item.due_on::timestamp AT TIME ZONE 'UTC', ''
        FROM (SELECT * FROM payments_openitem WHERE open <> 0 AND open > 0 AND due_on < %(today)s
              ORDER BY due_on LIMIT %(limit)s) AS item
        LEFT JOIN billing_document AS document ON document.id = item.document_id""",
}

ROWS: Final = """
SELECT found.kind, found.number, coalesce(account.number, ''), coalesce(account.name, ''), found.amount,
       coalesce(nullif(found.currency, ''), profile.currency), found.since, found.detail
FROM ({listed}) AS found (kind, number, account_id, amount, currency, since, detail)
LEFT JOIN accounts_account AS account ON account.id = found.account_id
LEFT JOIN accounts_profile AS profile ON profile.id = account.profile_id
"""


def waiting_counts(kinds: Sequence[str], *, now: datetime, today: date) -> dict[str, int]:
    """How many of each of these kinds wait, to COUNTED_TO + 1. One query."""
    if not kinds:
        return {}
    counted = " UNION ALL ".join(
        f"SELECT '{kind}', count(*) FROM (SELECT 1 FROM {COUNTED[kind]} LIMIT {COUNTED_TO + 1}) AS counted"
        for kind in kinds
    )
    with connection.cursor() as cursor:
        cursor.execute(counted, _asks(now, today))
        return dict(cursor.fetchall())


def waiting_rows(kinds: Sequence[str], *, now: datetime, today: date, limit: int) -> list[Waiting]:
    """The first of each of these kinds, in their order; at most `limit` of each. One query."""
    if not kinds:
        return []
    listed = " UNION ALL ".join(f"({LISTED[kind]})" for kind in kinds)
    with connection.cursor() as cursor:
        cursor.execute(ROWS.format(listed=listed), {**_asks(now, today), "limit": limit})
        rows = [_row(row) for row in cursor.fetchall()]
    return sorted(rows, key=lambda row: kinds.index(row.kind))


def _asks(now: datetime, today: date) -> dict[str, Any]:
    return {"now": now, "today": today, "declined_since": now - DECLINES_WAIT}


def _row(row: tuple[Any, ...]) -> Waiting:
    kind, number, account, name, amount, currency, since, detail = row
    day = since.date() if kind in ("bank", "overdue") else since
    return Waiting(kind, number, account, name, Money(amount, Currency.of(currency)), day, detail)
