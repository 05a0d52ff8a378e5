"""`percentage`: a share of each record's value, such as premium-rate calls passed through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from broadbill.core.rating.because import Because, Step
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models.base import COUNT, DECIMAL, Keys, Reprice, in_words
from broadbill.core.rating.models.records import Batch, Cost, ReadPrice
from broadbill.core.rating.reading import Fields, as_decimal, as_not_negative, as_whole
from broadbill.core.rating.usage_record import UsageRecord


@dataclass(frozen=True, slots=True)
class Percentage:
    """Each record costs max(minimum, min(maximum, value × rate + fixed)).

    The first records are free while neither `free_units` (a number of records) nor `free_amount` (a total of
    value) is used up; the record that crosses `free_amount` pays on the excess.
    """

    name: ClassVar[str] = "percentage"
    needs: ClassVar[Keys] = {"rate": DECIMAL}
    takes: ClassVar[Keys] = {
        "fixed": DECIMAL,
        "free_units": COUNT,
        "free_amount": DECIMAL,
        "min": DECIMAL,
        "max": DECIMAL,
    }
    takes_allowance: ClassVar[bool] = False

    rate: Decimal
    fixed: Decimal
    free_units: int | None
    free_amount: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None

    @staticmethod
    def read(fields: Fields, inner: ReadPrice) -> Percentage:
        del inner
        model = Percentage(
            fields.need("rate", as_decimal),
            fields.take("fixed", as_decimal, Decimal(0)),
            fields.maybe("free_units", as_whole),
            fields.maybe("free_amount", as_not_negative),
            fields.maybe("min", as_decimal),
            fields.maybe("max", as_decimal),
        )
        if model.minimum is not None and model.maximum is not None and model.maximum < model.minimum:
            refuse(fields.at("max"), "must not be less than min")
        return model

    def units(self, record: UsageRecord) -> Fraction:
        return record.amount

    def cost(self, batch: Batch) -> Cost:
        value_seen = Fraction(0)
        paying: list[Fraction] = []
        for seen, record in enumerate(batch.records):
            value = Fraction(record.value) if record.value is not None else record.amount
            charged = self._charged(value, seen, value_seen)
            value_seen += value
            if charged is not None:
                paying.append(charged)
        total = sum((self._of(value) for value in paying), Fraction(0))
        count = len(batch.records)
        return Cost(total, Fraction(count), self._words(paying, count, total))

    def _words(self, paying: Sequence[Fraction], count: int, total: Fraction) -> Because:
        """The share of all values at once; then what is added, limited and raised record by record."""
        values = sum(paying, Fraction(0))
        share = values * Fraction(self.rate) / 100
        free = str(count - len(paying))
        steps: list[Step] = [
            ("percentage", str(count), free, in_words(self.rate), in_words(values), in_words(share))
        ]
        if self.fixed and paying:
            added = Fraction(self.fixed) * len(paying)
            steps.append(("percentage_fixed", in_words(self.fixed), str(len(paying)), in_words(added)))
        for code, bound in (("records_limited", self.maximum), ("records_raised", self.minimum)):
            moved = [change for value in paying if (change := self._moved(value, bound, code))]
            if bound is not None and moved:
                steps.append((code, in_words(bound), str(len(moved)), in_words(sum(moved, Fraction(0)))))
        return tuple(steps) if len(steps) == 1 else (*steps, ("sum", in_words(total)))

    def _moved(self, value: Fraction, bound: Decimal | None, code: str) -> Fraction:
        """By how much a bound changes what a record costs; 0 where it does not reach it."""
        if bound is None:
            return Fraction(0)
        cost = value * Fraction(self.rate) / 100 + Fraction(self.fixed)
        over = cost - Fraction(bound) if code == "records_limited" else Fraction(bound) - cost
        return max(over, Fraction(0))

    def _charged(self, value: Fraction, seen: int, value_seen: Fraction) -> Fraction | None:
        """The part of a record's value that is paid on; None for a free record."""
        if self.free_units is None and self.free_amount is None:
            return value
        if self.free_units is not None and seen >= self.free_units:
            return value
        if self.free_amount is None:
            return None
        left = Fraction(self.free_amount) - value_seen
        if left <= 0:
            return value
        return value - left if value > left else None

    def _of(self, value: Fraction) -> Fraction:
        cost = value * Fraction(self.rate) / 100 + Fraction(self.fixed)
        if self.maximum is not None:
            cost = min(cost, Fraction(self.maximum))
        return cost if self.minimum is None else max(cost, Fraction(self.minimum))

    def repriced(self, reprice: Reprice) -> Percentage:
        return replace(self, fixed=reprice(self.fixed))
