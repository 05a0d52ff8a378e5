"""An entry of the books as it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from broadbill.core.money import Money


@dataclass(frozen=True, slots=True)
class PostingRead:
    """One side: debit positive, credit negative. `customer` is the account's number on receivables, else empty."""

    code: int
    name: str
    kind: str
    amount: Money
    customer: str


@dataclass(frozen=True, slots=True)
class EntryRead:
    """A balanced entry; `id` is 0 for the sum of a day's entries of one kind and currency."""

    id: int
    posted_on: date
    kind: str
    reference: str
    postings: tuple[PostingRead, ...]

    @property
    def name(self) -> str:
        """What it books, e.g. `invoice 2026-000123`."""
        return f"{self.kind.replace('_', ' ')} {self.reference}".rstrip()
