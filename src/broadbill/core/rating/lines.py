"""Lines, documents and proposals: what comes out of the rating core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from broadbill.core.money import Money
from broadbill.core.rating.because import Because

DocumentName: TypeAlias = int | str
DocumentType: TypeAlias = Literal["invoice", "credit_note"]


class Line(NamedTuple):
    """One line of a document.

    `amount` is the net amount posted; `priced` the amount as priced, an inclusive tax still inside.
    `period_starts` and `period_ends` are the anchored period and `price` the whole period's price at which
    the line was computed: with subscription, charge, kind, category and source they say what a later run
    subtracts it from. `source` names the event a line comes from, e.g. `event:12`.
    """

    subscription: str | None
    charge: str | None
    kind: str
    description: str
    starts: date | None
    ends: date | None
    quantity: Decimal | None
    unit_amount: Decimal | None
    amount: Money
    tax_category: str | None
    priced: Money
    because: Because = ()
    source: str | None = None
    period_starts: date | None = None
    period_ends: date | None = None
    price: str | None = None


class TaxEntry(NamedTuple):
    """One tax of a document. `rate` is in percent; `base` includes the taxes it is charged on top of."""

    name: str
    category: str
    rate: Decimal
    base: Money
    amount: Money


class Document(NamedTuple):
    """A proposed document. `due` is what is left to pay after what the account had in credit."""

    type: DocumentType
    date: date
    lines: tuple[Line, ...]
    taxes: tuple[TaxEntry, ...]
    subtotal: Money
    total: Money
    due: Money
    corrects: tuple[DocumentName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedDocument:
    """A document that has been issued, with the lines the engine subtracts. `number` may be any stable name."""

    number: DocumentName
    date: date
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A usage record that cannot be billed: its id or index, and why."""

    usage: int | str
    reason: str


class Proposal(NamedTuple):
    """What a bill run owes.

    `next_due_on` is the earliest day on which a later run could make a document without a new fact; None
    when none ever could. `resume` is set when nothing waits: while the facts stay the same a later run
    may pass it as `since` with no issued documents and gets exactly what a full run would.
    """

    documents: tuple[Document, ...]
    rejected: tuple[Rejected, ...]
    next_due_on: date | None
    resume: date | None
