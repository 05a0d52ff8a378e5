"""The price of a metered charge: a model, and how usage is counted, covered and bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from broadbill.core.rating.because import Step
from broadbill.core.rating.models.base import Model, Reprice, added, in_ratio, in_words
from broadbill.core.rating.models.records import Batch, Cost, RecordModel, Window
from broadbill.core.rating.usage.rounding import QuantityRounding
from broadbill.core.rating.usage_record import UsageRecord

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Rollover:
    """Unused allowance is kept for so many periods; `cap` limits all that is carried."""

    periods: int
    cap: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTerms:
    """A usage price. `name` tells equal prices from different ones, also in documents issued long ago.

    Exactly one of `quantities` (rates an aggregated quantity) and `records` (rates single records) is set.
    """

    name: str
    quantities: Model | None
    records: RecordModel | None
    aggregate: str
    included: Decimal
    included_prorated: bool
    min_prorated: bool
    rollover: Rollover | None
    pool: str | None
    rounding: QuantityRounding | None
    cap: Decimal | None
    minimum: Decimal | None

    @property
    def by_record(self) -> bool:
        """Whether the allowance is spent record by record."""
        if self.records is not None:
            return True
        return self.aggregate == "sum" and (self.rounding is None or self.rounding.at_record)

    @property
    def adds_up(self) -> bool:
        """Whether the sums of whole days cost the same as their records one by one."""
        return (
            self.records is None
            and self.aggregate == "sum"
            and (self.rounding is None or not self.rounding.at_record)
        )

    @property
    def takes_allowance(self) -> bool:
        """Whether an allowance in units of usage can be spent at all."""
        return self.records is None or self.records.takes_allowance

    def units(self, record: UsageRecord) -> Fraction:
        """How much of an allowance a record spends, after rounding of its own."""
        if self.records is not None:
            return self.records.units(record)
        amount = record.amount
        return (
            self.rounding.rounded(amount) if self.rounding is not None and self.rounding.at_record else amount
        )

    def used(
        self, records: Sequence[UsageRecord], window: Window, level: Fraction, seconds: int
    ) -> list[Fraction]:
        """The units that an allowance may cover: of each record, or of the aggregated quantity as one.

        Records that are priced one by one count for their allowance alone: without one they are not measured.

        Args: `level` is that of the last record before the window and `seconds` the whole period's length,
        both for `time_weighted`.
        """
        if self.records is not None and not self.included:
            return [NOTHING] * len(records)
        if self.by_record:
            return [self.units(record) for record in records]
        match self.aggregate:
            case "max":
                total = max((self.units(record) for record in records), default=NOTHING)
            case "time_weighted":
                total = self._weighted(records, window, level) / seconds
            case _:
                total = added(record.amount for record in records)
        if self.rounding is not None and not self.rounding.at_record:
            total = self.rounding.rounded(total)
        return [total]

    def _weighted(self, records: Sequence[UsageRecord], window: Window, level: Fraction) -> Fraction:
        """Σ level × seconds over the window; a level lasts until the next record."""
        total, since, current = NOTHING, window.from_instant, level
        for record in records:
            total += current * _seconds(since, record.at)
            since, current = record.at, self.units(record)
        return total + current * _seconds(since, window.to_instant)

    def cost(
        self,
        records: Sequence[UsageRecord],
        used: Sequence[Fraction],
        covered: Sequence[Fraction],
        window: Window,
    ) -> Cost:
        """The exact cost of a stretch: the model on what is left, then the minimum, then the ceiling."""
        if self.records is not None:
            cost = self.records.cost(Batch(records, covered, window))
        else:
            if self.aggregate == "max" and not records:
                return Cost(NOTHING, NOTHING, ())
            assert self.quantities is not None
            total, paid = added(used), added(covered)
            left = max(total - paid, NOTHING)
            amount, words = self.quantities.used(left)
            head = self._counted(records, total)
            if paid:
                head = (*head, ("used_and_covered", in_words(total), in_words(paid), in_words(left)))
            elif not head or self.rounding is not None:
                head = (*head, ("used", in_words(total)))
            cost = Cost(amount, left, (*head, *words))
        return self._bounded(cost, window)

    def _counted(self, records: Sequence[UsageRecord], total: Fraction) -> tuple[Step, ...]:
        """How the quantity came about, where it is not the plain sum of the records."""
        steps: list[Step] = []
        if self.rounding is not None:
            code = "records_rounded" if self.rounding.at_record else "quantity_rounded"
            steps.append((code, in_words(self.rounding.to)))
        if self.aggregate == "max":
            steps.append(("largest", str(len(records)), in_words(total)))
        if self.aggregate == "time_weighted":
            steps.append(("weighted", in_words(total)))
        return tuple(steps)

    def _bounded(self, cost: Cost, window: Window) -> Cost:
        amount, steps = cost.amount, list(cost.because)
        if self.minimum is not None and amount < (least := Fraction(self.minimum) * window.share):
            amount = least
            steps.append(_bound("minimum", self.minimum, window.share))
        if self.cap is not None and amount > (most := Fraction(self.cap) * window.share):
            amount = most
            steps.append(_bound("ceiling", self.cap, window.share))
        return cost if amount == cost.amount else Cost(amount, cost.quantity, tuple(steps), cost.rejected)

    def repriced(self, reprice: Reprice) -> UsageTerms:
        return replace(
            self,
            quantities=self.quantities.repriced(reprice) if self.quantities is not None else None,
            records=self.records.repriced(reprice) if self.records is not None else None,
        )


def _bound(code: str, amount: Decimal, share: Fraction) -> Step:
    if share == 1:
        return (code, in_words(amount))
    return (f"{code}_prorated", in_words(amount), in_ratio(share), in_words(Fraction(amount) * share))


def _seconds(starts: datetime, ends: datetime) -> Fraction:
    elapsed = ends - starts
    return Fraction(elapsed.days * 86400 + elapsed.seconds) + Fraction(elapsed.microseconds, 10**6)
