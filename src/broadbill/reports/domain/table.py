"""A report as it is read: columns with their units, rows, totals. One currency; nothing of where it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from broadbill.core.money import Money


class Unit(StrEnum):
    """What the figures of a column are. Shares are fractions of one; quantities are in the meter's own unit."""

    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    DAYS = "days"
    QUANTITY = "quantity"


Cell = Money | Decimal | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures. `title` is a word for people, already in their language."""

    key: str
    title: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is of: a month (its first day), or a group by its key with the title people know it by.

    None in a cell is not known or has no meaning, such as a share of nothing.
    """

    of: date | str
    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`others` sums the rows that were left out; `totals` are of all rows, shown or not."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    others: tuple[Cell, ...] | None
    totals: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that a figure is the sum of: a document, payment, journal entry or account.

    `kind` says which, `number` is how people call it and may be empty, `account` the customer's number or empty.
    """

    kind: str
    number: str
    account: str
    dated_on: date
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """A page of them, oldest first; `next_key` asks for the page after it, None when there is none."""

    columns: tuple[Column, ...]
    rows: tuple[Source, ...]
    next_key: str | None
