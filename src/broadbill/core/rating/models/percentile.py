"""`percentile`: burstable bandwidth, the nearest-rank percentile of a period's interval rates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import ClassVar

from broadbill.core.rating.because import Step
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models.base import COUNT, DECIMAL, Keys, Reprice, in_ratio, in_words
from broadbill.core.rating.models.records import Batch, Cost, ReadPrice, Window
from broadbill.core.rating.reading import (
    Fields,
    as_decimal,
    as_not_negative,
    as_positive,
    as_whole,
)
from broadbill.core.rating.usage_record import EXACT, Number, UsageRecord

DIRECTIONS = ("max", "in", "out", "sum")
UNITS = ("mbps", "octets")
MISSING = ("absent", "zero")


@dataclass(frozen=True, slots=True)
class Percentile:
    """commit × unit amount + max(0, percentile − commit) × overage amount. Rates are in Mbps.

    Item ⌈p ÷ 100 × n⌉ of the n rates in ascending order. A missing interval is absent, unless `zeros` counts
    it as 0. Without a sample the commit is billed.
    """

    name: ClassVar[str] = "percentile"
    needs: ClassVar[Keys] = {"unit_amount": DECIMAL}
    takes: ClassVar[Keys] = {
        "p": DECIMAL,
        "commit": DECIMAL,
        "overage_amount": DECIMAL,
        "interval_seconds": COUNT,
        "direction": {"enum": list(DIRECTIONS)},
        "unit": {"enum": list(UNITS)},
        "missing": {"enum": list(MISSING)},
    }
    takes_allowance: ClassVar[bool] = False

    p: Decimal
    commit: Decimal
    unit_amount: Decimal
    overage_amount: Decimal
    interval_seconds: int
    direction: str
    octets: bool
    zeros: bool

    @staticmethod
    def read(fields: Fields, inner: ReadPrice) -> Percentile:
        del inner
        unit = fields.need("unit_amount", as_decimal)
        p = fields.take("p", as_positive, Decimal(95))
        if p > 100:
            refuse(fields.at("p"), "must be at most 100")
        return Percentile(
            p=p,
            commit=fields.take("commit", as_not_negative, Decimal(0)),
            unit_amount=unit,
            overage_amount=fields.take("overage_amount", as_decimal, unit),
            interval_seconds=fields.take("interval_seconds", lambda r, q: as_whole(r, q, least=1), 300),
            direction=fields.choice("direction", DIRECTIONS),
            octets=fields.choice("unit", UNITS) == "octets",
            zeros=fields.choice("missing", MISSING) == "zero",
        )

    def units(self, record: UsageRecord) -> Fraction:
        del record
        return Fraction(0)

    def cost(self, batch: Batch) -> Cost:
        rate, count = self._percentile(batch)
        commit = Fraction(self.commit) * batch.window.share
        over = max(rate - commit, Fraction(0))
        amount = commit * Fraction(self.unit_amount) + over * Fraction(self.overage_amount)
        steps: list[Step] = []
        if count:
            rank = str(ceil(Fraction(self.p) / 100 * count))
            steps.append(("percentile", in_words(self.p), rank, str(count), in_words(rate)))
        else:
            steps.append(("no_samples",))
        if commit != Fraction(self.commit):
            share = in_ratio(batch.window.share)
            steps.append(("commit_prorated", in_words(self.commit), share, in_words(commit)))
        steps.append(
            (
                "commit_and_overage",
                in_words(commit),
                in_words(self.unit_amount),
                in_words(over),
                in_words(self.overage_amount),
                in_words(amount),
            )
        )
        return Cost(amount, rate, tuple(steps))

    def _percentile(self, batch: Batch) -> tuple[Fraction, int]:
        """The billed rate in Mbps and the number of intervals it was taken of."""
        inward = [value for record in batch.records if (value := self._in(record)) is not None]
        outward = [value for record in batch.records if (value := record.outward) is not None]
        if self.direction == "in":
            return self._of(inward, batch.window)
        if self.direction == "out":
            return self._of(outward, batch.window)
        if self.direction == "sum":
            return self._of([self._sum(record) for record in batch.records], batch.window)
        return max(self._of(inward, batch.window), self._of(outward, batch.window))

    @staticmethod
    def _in(record: UsageRecord) -> Number | None:
        """The inward sample; a record with neither direction gives its quantity."""
        if record.inward is None and record.outward is None:
            return record.quantity
        return record.inward

    def _sum(self, record: UsageRecord) -> Number:
        if record.inward is None or record.outward is None:
            return self._in(record) or record.outward or Decimal(0)
        return EXACT.add(record.inward, record.outward)

    def _of(self, values: Iterable[Number], window: Window) -> tuple[Fraction, int]:
        rates = list(values)
        if self.zeros:
            intervals = (window.to_instant - window.from_instant) // timedelta(seconds=self.interval_seconds)
            rates += [Decimal(0)] * (intervals - len(rates))
        ordered = sorted(rates)
        if not ordered:
            return Fraction(0), 0
        value = Fraction(ordered[ceil(Fraction(self.p) / 100 * len(ordered)) - 1])
        return (value / self.interval_seconds * 8 / 10**6 if self.octets else value), len(ordered)

    def repriced(self, reprice: Reprice) -> Percentile:
        return replace(
            self, unit_amount=reprice(self.unit_amount), overage_amount=reprice(self.overage_amount)
        )
