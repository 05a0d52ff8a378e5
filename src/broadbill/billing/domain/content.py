"""A document's content as the rows of its tables, and the digest that seals it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from broadbill.billing.domain.reading import Reading
from broadbill.core import tabbed
from broadbill.core.rating import Document, Line, TaxEntry

# A document's columns that are its content, in the order of `Content.head`.
HEAD_COLUMNS = ("account_id", "profile_id", "run_id", "kind", "issued_on", "due_on", "currency", "subtotal", "tax",
                "total", "due", "balance_before", "corrects", "facts_seen", "usage_seen")  # fmt: skip
# The columns of a line's and a tax's table after document and position, in the order of their rows.
LINE_COLUMNS = ("subscription_id", "charge", "kind", "description", "starts_on", "ends_on", "quantity",
                "unit_amount", "amount", "priced", "tax_category", "because", "source", "period_starts_on",
                "period_ends_on", "price")  # fmt: skip
TAX_COLUMNS = ("name", "category", "rate", "base", "amount")

AS_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

# Tab-separated, as COPY takes it.
Row = str


class Content(NamedTuple):
    """What an issued document says. Its number is not part of it."""

    account_id: int
    profile_id: int
    run_id: int
    kind: str
    issued_on: date
    due_on: date
    currency: str
    subtotal: int
    tax: int
    total: int
    due: int
    balance_before: int
    corrects: tuple[str, ...]
    facts_seen: int
    usage_seen: int
    lines: tuple[Row, ...]
    taxes: tuple[Row, ...]

    def head(self) -> Row:
        """Everything but the lines and taxes, in the order of HEAD_COLUMNS."""
        return (
            f"{self.account_id}\t{self.profile_id}\t{self.run_id}\t{self.kind}\t{tabbed.day(self.issued_on)}\t"
            f"{tabbed.day(self.due_on)}\t{self.currency}\t{self.subtotal}\t{self.tax}\t{self.total}\t{self.due}\t"
            f"{self.balance_before}\t{tabbed.texts(self.corrects)}\t{self.facts_seen}\t{self.usage_seen}"
        )

    def digest(self, head: Row | None = None) -> bytes:
        """SHA-256 of the head, the lines, an empty row and the taxes, each row on a line of UTF-8 text."""
        canonical = "\n".join((head or self.head(), *self.lines, "", *self.taxes))
        return hashlib.sha256(canonical.encode()).digest()


def content_of(document: Document, reading: Reading, run_id: int, balance_before: int) -> Content:
    """What the rating core proposes, as it will stand in the tables."""
    total, subtotal = document.total, document.subtotal
    return Content(
        account_id=reading.account_id,
        profile_id=reading.profile_id,
        run_id=run_id,
        kind=document.type,
        issued_on=document.date,
        due_on=document.date + timedelta(days=reading.terms_days),
        currency=total.currency.code,
        subtotal=subtotal.minor,
        tax=total.minor - subtotal.minor,
        total=total.minor,
        due=document.due.minor,
        balance_before=balance_before,
        corrects=tuple([str(number) for number in document.corrects]),
        facts_seen=reading.facts_seen,
        usage_seen=reading.usage_seen,
        lines=tuple([line_row(line) for line in document.lines]),
        taxes=tuple([tax_row(tax) for tax in document.taxes]),
    )


def line_row(line: Line) -> Row:
    """A line as it will stand in its table. A subscription's name in the rating core is its id."""
    text, day, number = tabbed.text, tabbed.day, tabbed.number
    return (
        f"{line.subscription or tabbed.NULL}\t{text(line.charge)}\t{text(line.kind)}\t{text(line.description)}\t"
        f"{day(line.starts)}\t{day(line.ends)}\t{number(line.quantity)}\t{number(line.unit_amount)}\t"
        f"{line.amount.minor}\t{line.priced.minor}\t{text(line.tax_category)}\t{because_text(line.because)}\t"
        f"{text(line.source)}\t{day(line.period_starts)}\t{day(line.period_ends)}\t{text(line.price)}"
    )


def stored_line_row(row: Sequence[Any]) -> Row:
    """The same of the columns LINE_COLUMNS as they were read."""
    (subscription_id, charge, kind, description, starts_on, ends_on, quantity, unit_amount, amount, priced,
     tax_category, because, source, period_starts_on, period_ends_on, price) = row  # fmt: skip
    text, day, number = tabbed.text, tabbed.day, tabbed.number
    return (
        f"{number(subscription_id)}\t{text(charge)}\t{text(kind)}\t{text(description)}\t"
        f"{day(starts_on)}\t{day(ends_on)}\t{number(quantity)}\t{number(unit_amount)}\t"
        f"{amount}\t{priced}\t{text(tax_category)}\t{because_text(because_steps(because))}\t"
        f"{text(source)}\t{day(period_starts_on)}\t{day(period_ends_on)}\t{text(price)}"
    )


def tax_row(tax: TaxEntry) -> Row:
    return stored_tax_row((tax.name, tax.category, tax.rate, tax.base.minor, tax.amount.minor))


def stored_tax_row(row: Sequence[Any]) -> Row:
    """A tax from its columns TAX_COLUMNS."""
    name, category, rate, base, amount = row
    return f"{tabbed.text(name)}\t{tabbed.text(category)}\t{tabbed.number(rate)}\t{base}\t{amount}"


@lru_cache(maxsize=8192)
def because_text(because: tuple[tuple[str, ...], ...]) -> str:
    """The steps as JSON without spaces; lines of one plan and period share their steps, so it is kept."""
    return tabbed.escaped(AS_JSON(because))


@lru_cache(maxsize=8192)
def because_steps(stored: str) -> tuple[tuple[str, ...], ...]:
    """The steps of a line as the rating core has them, from the column's JSON."""
    return tuple(tuple(step) for step in json.loads(stored))
