"""The journal as rows of a table: everything for a spreadsheet, or what accounting packages read in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from broadbill.core.money import Money
from broadbill.ledger.domain.chart import RECEIVABLES
from broadbill.reports.domain.journal import EntryRead

Row = tuple[str, ...]

PLAIN_HEAD: Final[Row] = (
    "date", "entry", "kind", "reference", "customer", "code", "account", "debit", "credit", "currency",
)  # fmt: skip
# Intuit, "Import journal entries": one journal has one number; receivables name a customer.
QUICKBOOKS_HEAD: Final[Row] = (
    "JournalNo", "JournalDate", "AccountName", "Debits", "Credits", "Description", "Name", "Currency",
)  # fmt: skip
# Xero, "Import manual journals": rows of one narration and date are one journal; a credit is negative.
XERO_HEAD: Final[Row] = ("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount")

RECEIVABLES_NAME = "Broadbill customers"
NO_TAX = "Tax Exempt"


def plain_rows(entries: Iterable[EntryRead]) -> Iterator[Row]:
    """One row a posting, dates as in ISO 8601."""
    yield PLAIN_HEAD
    for entry in entries:
        for posting in entry.postings:
            yield (
                entry.posted_on.isoformat(), str(entry.id), entry.kind, entry.reference, posting.customer,
                str(posting.code), posting.name, *_sides(posting.amount), posting.amount.currency.code,
            )  # fmt: skip


def quickbooks_rows(days: Iterable[EntryRead]) -> Iterator[Row]:
    """One journal a day, kind and currency, numbered `20260131-invoice-EUR`."""
    yield QUICKBOOKS_HEAD
    for day in days:
        currency = day.postings[0].amount.currency.code
        number = f"{day.posted_on:%Y%m%d}-{day.kind}-{currency}"
        for posting in day.postings:
            customer = RECEIVABLES_NAME if posting.code == RECEIVABLES else ""
            yield (
                number, f"{day.posted_on:%m/%d/%Y}", posting.name, *_sides(posting.amount), day.name, customer,
                currency,
            )  # fmt: skip


def xero_rows(days: Iterable[EntryRead]) -> Iterator[Row]:
    """One manual journal a day, kind and currency. Tax is on an account of its own, so no line is taxed again."""
    yield XERO_HEAD
    for day in days:
        narration = f"Broadbill {day.name} {day.postings[0].amount.currency.code}"
        for posting in day.postings:
            yield (
                narration, f"{day.posted_on:%d/%m/%Y}", posting.name, str(posting.code), NO_TAX,
                str(posting.amount),
            )  # fmt: skip


def _sides(amount: Money) -> tuple[str, str]:
    """Debit and credit, one of them empty."""
    return (str(amount), "") if amount.minor >= 0 else ("", str(-amount))
