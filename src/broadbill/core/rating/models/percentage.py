"""`percentage`: a share of each record's value, such as premium-rate calls passed through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models.base import Reprice, in_words
from broadbill.core.rating.models.records import Batch, Cost
from broadbill.core.rating.reading import Fields, as_decimal, as_not_negative, as_whole
from broadbill.core.rating.usage_record import UsageRecord


@dataclass(frozen=True, slots=True)
class Percentage:
    """Each record costs max(minimum, min(maximum, value × rate + fixed)).

    The first records are free while neither `free_units` (a number of records) nor `free_amount` (a total of
    value) is used up; the record that crosses `free_amount` pays on the excess.
    """

    rate: Decimal
    fixed: Decimal
    free_units: int | None
    free_amount: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None

    @staticmethod
    def read(fields: Fields) -> Percentage:
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
        total, value_seen, free = Fraction(0), Fraction(0), 0
        values = Fraction(0)
        for seen, record in enumerate(batch.records):
            value = Fraction(record.value) if record.value is not None else record.amount
            values += value
            charged = self._charged(value, seen, value_seen)
            value_seen += value
            if charged is None:
                free += 1
            else:
                total += self._of(charged)
        count = len(batch.records)
        words = ("percentage", str(count), str(free), in_words(values), in_words(self.rate), in_words(total))
        return Cost(total, Fraction(count), (words,))

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
