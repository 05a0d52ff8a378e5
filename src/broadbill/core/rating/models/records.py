"""Models that rate single records rather than a quantity: what they share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, ClassVar, Protocol, TypeAlias

from broadbill.core.rating.because import Because
from broadbill.core.rating.models.base import Keys, Reprice
from broadbill.core.rating.reading import Fields
from broadbill.core.rating.usage_record import UsageRecord

# Reads the price of a usage charge, `UsageTerms`, which are built on these models and so unknown here.
ReadPrice: TypeAlias = Callable[[object, str], Any]


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch that is rated: its days, its instants, and the part of a whole period it is.

    `share` is 1 unless `min_prorated` shortens what holds whole otherwise.
    """

    starts: date
    ends: date
    from_instant: datetime
    to_instant: datetime
    share: Fraction


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of a stretch, oldest first, and how much of each an allowance covers."""

    records: Sequence[UsageRecord]
    covered: Sequence[Fraction]
    window: Window


@dataclass(frozen=True, slots=True)
class Cost:
    """An exact amount, the quantity it is for, the words, and the records that could not be rated."""

    amount: Fraction
    quantity: Fraction
    because: Because
    rejected: tuple[tuple[int | str, str], ...] = ()


class RecordModel(Protocol):
    """A price of records: hashable by identity or value.

    `name`, `needs` and `takes` are as a `Model`'s; `takes_allowance` tells whether an allowance in units of usage
    can be spent on it.
    """

    name: ClassVar[str]
    needs: ClassVar[Keys]
    takes: ClassVar[Keys]
    takes_allowance: ClassVar[bool]

    @staticmethod
    def read(fields: Fields, inner: ReadPrice) -> RecordModel:
        """The model of a price's keys; `inner` reads a price inside it. Raises: ScenarioError."""
        ...

    def units(self, record: UsageRecord) -> Fraction:
        """How much allowance a record spends."""
        ...

    def cost(self, batch: Batch) -> Cost:
        """The exact amount of a stretch's records."""
        ...

    def repriced(self, reprice: Reprice) -> RecordModel:
        """The same model with each of its prices replaced (indexation)."""
        ...

    def __hash__(self) -> int: ...
