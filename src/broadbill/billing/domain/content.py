"""A document's content as flat rows, and the digest that seals it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from broadbill.billing.domain.reading import Reading
from broadbill.core.rating import Document, Line, TaxEntry

# The columns of a line's table after its document and position, in the order of a LineRow.
LINE_COLUMNS = ("subscription_id", "charge", "kind", "description", "starts_on", "ends_on", "quantity",
                "unit_amount", "amount", "priced", "tax_category", "because", "source", "period_starts_on",
                "period_ends_on", "price")  # fmt: skip
BECAUSE = LINE_COLUMNS.index("because")

LineRow = tuple[Any, ...]
TaxRow = tuple[str, str, Decimal, int, int]


@dataclass(frozen=True, slots=True)
class Content:
    """What an issued document says, in the columns of its tables. Its number is not part of it."""

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
    lines: tuple[LineRow, ...]
    taxes: tuple[TaxRow, ...]

    def digest(self) -> bytes:
        """SHA-256 of every field in order, as compact JSON; dates are ISO, decimals plain digits."""
        fields = [
            self.account_id, self.profile_id, self.run_id, self.kind, self.issued_on, self.due_on, self.currency,
            self.subtotal, self.tax, self.total, self.due, self.balance_before, self.corrects, self.facts_seen,
            self.usage_seen,            self.lines, self.taxes,
        ]  # fmt: skip
        canonical = json.dumps(fields, separators=(",", ":"), default=_plain, ensure_ascii=False)
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
        corrects=tuple(str(number) for number in document.corrects),
        facts_seen=reading.facts_seen,
        usage_seen=reading.usage_seen,
        lines=tuple(line_row(line) for line in document.lines),
        taxes=tuple(tax_row(tax) for tax in document.taxes),
    )


def line_row(line: Line) -> LineRow:
    return (
        None if line.subscription is None else int(line.subscription), line.charge, line.kind, line.description,
        line.starts, line.ends, line.quantity, line.unit_amount, line.amount.minor, line.priced.minor,
        line.tax_category, because_json(line.because), line.source, line.period_starts, line.period_ends,
        line.price,
    )  # fmt: skip


def stored_line_row(row: Sequence[Any]) -> LineRow:
    """A row as it was read: jsonb gives its steps back in a spacing of its own."""
    because = because_json(because_steps(row[BECAUSE]))
    return (*row[:BECAUSE], because, *row[BECAUSE + 1 :])


def tax_row(tax: TaxEntry) -> TaxRow:
    return (tax.name, tax.category, tax.rate, tax.base.minor, tax.amount.minor)


@lru_cache(maxsize=65536)
def because_json(because: tuple[tuple[str, ...], ...]) -> str:
    """The steps as the column holds them; lines of one plan and period share their steps, so it is kept."""
    return json.dumps(because, separators=(",", ":"), ensure_ascii=False)


def because_steps(stored: str) -> tuple[tuple[str, ...], ...]:
    """The steps of a line as the rating core has them, from the column's JSON."""
    return tuple(tuple(step) for step in json.loads(stored))


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no place in a document")
