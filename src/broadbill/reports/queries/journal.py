"""The journal from one day to another, entry by entry or summed up by day: what an accountant takes away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby

from django.db import connection, transaction

from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.reports.domain.journal import EntryRead, PostingRead

ENTRIES = """
SELECT entry.id, entry.posted_on, entry.kind, coalesce(document.number, entry.reference), entry.currency,
       posting.number, chart.code, chart.name, chart.kind, posting.amount, coalesce(account.number, '')
FROM ledger_journalentry AS entry
JOIN ledger_posting AS posting ON posting.entry_id = entry.id
JOIN ledger_ledgeraccount AS chart ON chart.code = posting.ledger_account_id
LEFT JOIN accounts_account AS account ON account.id = posting.account_id
LEFT JOIN billing_document AS document ON document.entry_id = entry.id
WHERE entry.posted_on >= %s AND entry.posted_on < %s
ORDER BY entry.posted_on, entry.id, posting.number
"""

DAYS = """
SELECT 0, entry.posted_on, entry.kind, '', entry.currency, 0, chart.code, chart.name, chart.kind,
       sum(posting.amount)::bigint, ''
FROM ledger_journalentry AS entry
JOIN ledger_posting AS posting ON posting.entry_id = entry.id
JOIN ledger_ledgeraccount AS chart ON chart.code = posting.ledger_account_id
WHERE entry.posted_on >= %s AND entry.posted_on < %s
GROUP BY entry.posted_on, entry.kind, entry.currency, chart.code, chart.name, chart.kind
HAVING sum(posting.amount) <> 0
ORDER BY entry.posted_on, entry.kind, entry.currency, chart.code
"""


def booked_days() -> Period | None:
    """From the first to the last day on which anything is booked. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(posted_on), max(posted_on) FROM ledger_journalentry")
        first, last = cursor.fetchone()
    return Period(first, last + timedelta(days=1)) if first else None


def journal(period: Period) -> Iterator[EntryRead]:
    """Every entry of the days, in the order of the books. Streamed: memory does not grow with their number."""
    return _read(ENTRIES, period)


def daily_journal(period: Period) -> Iterator[EntryRead]:
    """One entry for each day, kind and currency, its postings summed up by ledger account."""
    return _read(DAYS, period)


def _read(query: str, period: Period) -> Iterator[EntryRead]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(query, [period.starts, period.ends])
        for (entry_id, posted_on, kind, reference, currency), rows in groupby(cursor, lambda row: row[:5]):
            of = Currency.of(currency)
            postings = tuple(
                PostingRead(code, name, chart_kind, Money(amount, of), customer)
                for *_, code, name, chart_kind, amount, customer in rows
            )
            yield EntryRead(entry_id, posted_on, kind, reference, postings)
