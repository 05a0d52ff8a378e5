"""How a document is booked: receivables against deferred revenue, revenue, deposits and tax."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.posting import Entry, Posting
from broadbill.core.rating import Document, Line
from broadbill.ledger.domain.chart import (
    ALLOWANCES,
    DEFERRED_REVENUE,
    DEPOSITS,
    RECEIVABLES,
    REVENUE,
    TAX_PAYABLE,
)

# A ledger account, and the days [from, to) over which what is posted to it is earned.
Side = tuple[int, date | None, date | None]
TAX: Side = (TAX_PAYABLE, None, None)


def entry_of(document: Document, account_id: int) -> Entry | None:
    """The balanced entry that books a document; None when nothing is to be booked.

    A line with a service period goes to deferred revenue and is earned over it, lines of one period as one
    posting; goodwill is an allowance; a deposit is owed back; everything else is revenue of the day.
    """
    sides: dict[Side, int] = {}
    for line in document.lines:
        side = _side(line)
        sides[side] = sides.get(side, 0) - line.amount.minor
    for entry in document.taxes:
        sides[TAX] = sides.get(TAX, 0) - entry.amount.minor
    total = document.total
    postings = [Posting(RECEIVABLES, total, account_id)] if total.minor else []
    for (ledger_account, starts, ends), minor in sides.items():
        if minor:
            earns = _period(starts, ends) if starts and ends else None
            postings.append(Posting(ledger_account, Money(minor, total.currency), None, earns))
    return Entry(tuple(postings)) if postings else None


def _side(line: Line) -> Side:
    if line.kind == "credit":
        return ALLOWANCES, None, None
    if line.kind == "deposit":
        return DEPOSITS, None, None
    if line.starts and line.ends and line.starts < line.ends:
        return DEFERRED_REVENUE, line.starts, line.ends
    return REVENUE, None, None


@lru_cache(maxsize=4096)
def _period(starts: date, ends: date) -> Period:
    """The documents of a run share few periods."""
    return Period(starts, ends)
