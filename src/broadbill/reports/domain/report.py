"""What a report is made of. Each is a file of `queries/`: one SQL query of its parts, and which figures they add up to.

A *part* is the smallest thing that a figure counts: a line of a document, a posting, a payment. Every figure is a sum
of parts, and the same query lists them, so each figure can be followed down to its documents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from broadbill.reports.domain.table import Unit

MONTH = "month"
Words = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of the parts: the sum of their column `key`.

    `over` instead divides one measure by another. `total` says what stands under a column of months: their sum, the
    first, the last (balances), or nothing. A measure that is not `shown` is there to be divided by.
    """

    key: str
    title: Words
    unit: Unit
    over: tuple[str, str] | None = None
    counts: bool = False
    total: Literal["sum", "first", "last", "none"] = "sum"
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Grouping:
    """A way to lay the parts out: by the column `key` of the parts, shown as the column `title_from`."""

    key: str
    title: Words
    title_from: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """`parts` is SQL with `%(starts)s`, `%(ends)s`, `%(currency)s` and `%(today)s`; its rows have the columns `kind`,
    `number`, `account`, `dated_on`, those of the groupings and those of the measures.

    `definition` says what the figures are, and of what they are the sum. `chart` names the one or two measures drawn.
    `span` is which months it is usually asked for; a report of "now" has none.
    """

    key: str
    title: Words
    question: Words
    definition: Words
    groupings: tuple[Grouping, ...]
    measures: tuple[Measure, ...]
    chart: tuple[str, ...]
    parts: str
    order: str = ""
    in_currency: bool = True
    span: Literal["past", "ahead", "now"] = "past"

    def grouping(self, key: str) -> Grouping | None:
        return next((grouping for grouping in self.groupings if grouping.key == key), None)

    @property
    def kept_apart(self) -> Grouping | None:
        """The grouping whose groups can be looked at one at a time."""
        return next((grouping for grouping in self.groupings if grouping.key != MONTH), None)

    @property
    def shown(self) -> tuple[Measure, ...]:
        return tuple(measure for measure in self.measures if measure.shown)
