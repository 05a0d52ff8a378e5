"""How a document is booked: receivables against deferred revenue, revenue, deposits and tax."""

from __future__ import annotations

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


def entry_of(document: Document, account_id: int) -> Entry | None:
    """The balanced entry that books a document; None when nothing is to be booked.

    A line with a service period goes to deferred revenue and is earned over it, lines of one period as one
    posting; goodwill is an allowance; a deposit is owed back; everything else is revenue of the day.
    """
    sides: dict[tuple[int, Period | None], int] = {}
    for line in document.lines:
        key = _side(line)
        sides[key] = sides.get(key, 0) - line.amount.minor
    tax = sum(entry.amount.minor for entry in document.taxes)
    if tax:
        sides[TAX_PAYABLE, None] = sides.get((TAX_PAYABLE, None), 0) - tax
    currency = document.total.currency
    postings = [
        Posting(ledger_account, Money(minor, currency), None, earns)
        for (ledger_account, earns), minor in sides.items()
        if minor
    ]
    if document.total:
        postings.insert(0, Posting(RECEIVABLES, document.total, account_id))
    return Entry(tuple(postings)) if postings else None


def _side(line: Line) -> tuple[int, Period | None]:
    if line.kind == "credit":
        return ALLOWANCES, None
    if line.kind == "deposit":
        return DEPOSITS, None
    if line.starts and line.ends and line.starts < line.ends:
        return DEFERRED_REVENUE, Period(line.starts, line.ends)
    return REVENUE, None
