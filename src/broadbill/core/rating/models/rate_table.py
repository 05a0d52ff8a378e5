"""`rate_table`: calls by the longest matching prefix, with connection fees and increments."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, Final, TypeAlias

from broadbill.core.rating.because import Step
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models.base import (
    DECIMAL,
    Keys,
    Reprice,
    added,
    in_words,
    ratio_in_words,
    ratios_added,
)
from broadbill.core.rating.models.records import Batch, Cost, ReadPrice
from broadbill.core.rating.reading import Fields, as_decimal, as_list, as_not_negative, as_whole
from broadbill.core.rating.usage_record import UsageRecord

Seconds: TypeAlias = int | Fraction
# Top and bottom, not reduced: fractions are made once all calls are summed.
Ratio: TypeAlias = tuple[int, int]
NO_PREFIX = "no matching prefix"
INCREMENT: Final = {"$ref": "#/$defs/increment"}
STEP: Final = {
    "type": "object",
    "properties": {"from_seconds": DECIMAL, "unit_amount": DECIMAL, "increment": INCREMENT},
    "required": ["from_seconds", "unit_amount"],
    "additionalProperties": False,
}
RATE: Final = {
    "type": "object",
    "properties": {
        "prefix": {"type": "string"},
        "unit_amount": DECIMAL,
        "connect": DECIMAL,
        "steps": {"type": "array", "items": STEP},
    },
    "required": ["prefix"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Increment:
    """Seconds are rounded up to `first`, then to steps of `next`."""

    first: int
    next: int

    @staticmethod
    def parse(raw: object, path: str) -> Increment:
        fields = Fields(raw, path)
        increment = Increment(
            fields.take("first", lambda r, p: as_whole(r, p, least=1), 1),
            fields.take("next", lambda r, p: as_whole(r, p, least=1), 1),
        )
        fields.done()
        return increment

    def charged(self, seconds: Seconds) -> int:
        """Zero seconds cost nothing; a started increment is charged whole."""
        if seconds <= 0:
            return 0
        if seconds <= self.first:
            return self.first
        return self.first - (self.first - seconds) // self.next * self.next


@dataclass(frozen=True, slots=True)
class CallStep:
    """From so many seconds into a call on: a price a minute and an increment of its own."""

    from_seconds: int
    unit_amount: Decimal
    increment: Increment


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of calls to a prefix: a minute's, a connection fee, or steps within the call."""

    prefix: str
    connect: Decimal
    steps: tuple[CallStep, ...]

    def parts(self, seconds: Seconds) -> list[int]:
        """The charged seconds of a call in each step it reaches, each rounded by its own increment."""
        if len(self.steps) == 1:
            return [self.steps[0].increment.charged(seconds)]
        found: list[int] = []
        for i, step in enumerate(self.steps):
            if seconds <= step.from_seconds:
                break
            upper = self.steps[i + 1].from_seconds if i + 1 < len(self.steps) else None
            part = (seconds if upper is None else min(seconds, upper)) - step.from_seconds
            found.append(step.increment.charged(part))
        return found

    def charged(self, seconds: Seconds) -> int:
        return sum(self.parts(seconds))


@dataclass(slots=True)
class _Sums:
    """What the calls of one rate come to: paid seconds by step, and how many of them connect for a fee."""

    seconds: list[Seconds]
    connects: int = 0

    def add(self, parts: Sequence[int], covered: Fraction, *, connects: bool) -> None:
        """A call, the first `covered` charged seconds of which an allowance pays."""
        if len(parts) == 1 and not covered:
            # Nearly every call of nearly every table.
            self.seconds[0] += parts[0]
            self.connects += connects and parts[0] > 0
            return
        paid = _paid(parts, covered) if covered else parts
        for i, part in enumerate(paid):
            self.seconds[i] += part
        if connects and any(paid):
            self.connects += 1

    def priced(self, rate: Rate) -> tuple[list[Ratio], list[Step]]:
        """What all calls of the rate cost, step by step, and how."""
        ratios, steps = [], []
        head: Step = ("calls_to", rate.prefix) if rate.prefix else ("calls_anywhere",)
        for step, paid in zip(rate.steps, self.seconds, strict=True):
            if paid:
                amount, words = _timed(step.unit_amount, paid)
                ratios.append(amount)
                steps.append((*head, *words))
        if self.connects and rate.connect:
            fees, words = _connected(rate.connect, self.connects)
            ratios.append(fees)
            steps.append(("calls_connected", *words))
        return ratios, steps


@lru_cache(maxsize=16_384)
def _timed(unit_amount: Decimal, paid: Seconds) -> tuple[Ratio, tuple[str, str, str]]:
    """What so many seconds at a price a minute cost, and the three figures in words: many calls share them."""
    top, bottom = unit_amount.as_integer_ratio()
    seconds, parts = paid.as_integer_ratio()
    amount = (top * seconds, bottom * parts * 60)
    return amount, (ratio_in_words(seconds, parts), in_words(unit_amount), ratio_in_words(*amount))


@lru_cache(maxsize=4096)
def _connected(fee: Decimal, calls: int) -> tuple[Ratio, tuple[str, str, str]]:
    """What so many connections cost, and the three figures in words."""
    top, bottom = fee.as_integer_ratio()
    return (top * calls, bottom), (str(calls), in_words(fee), ratio_in_words(top * calls, bottom))


@dataclass(frozen=True, slots=True, eq=False)
class RateTable:
    """Calls by the longest matching prefix, at a price a minute.

    Compared by identity: a table may hold tens of thousands of rates.
    """

    name: ClassVar[str] = "rate_table"
    needs: ClassVar[Keys] = {"rates": {"type": "array", "items": RATE}}
    takes: ClassVar[Keys] = {"increment": INCREMENT}
    takes_allowance: ClassVar[bool] = True

    rates: Mapping[str, Rate]
    longest: int

    @staticmethod
    def read(fields: Fields, inner: ReadPrice) -> RateTable:
        del inner
        usual = fields.take("increment", Increment.parse, Increment(1, 1))
        rates: dict[str, Rate] = {}
        for i, raw in enumerate(fields.need("rates", as_list)):
            path = f"{fields.at('rates')}[{i}]"
            rate = _rate(raw, path, usual)
            if rate.prefix in rates:
                refuse(f"{path}.prefix", "is in the table already")
            rates[rate.prefix] = rate
        return RateTable(rates, max((len(prefix) for prefix in rates), default=0))

    def rate_for(self, number: str | None) -> Rate | None:
        """The rate of the longest prefix of a dialled number."""
        return _longest_match(self, number[: self.longest] if number is not None else "")

    def units(self, record: UsageRecord) -> Fraction:
        rate = self.rate_for(record.to)
        return Fraction(rate.charged(record.seconds)) if rate is not None else Fraction(0)

    def cost(self, batch: Batch) -> Cost:
        sums: dict[str, _Sums] = {}
        seconds, calls = 0, 0
        rejected: list[tuple[int | str, str]] = []
        for record, covered in zip(batch.records, batch.covered, strict=True):
            rate = self.rate_for(record.to)
            if rate is None:
                rejected.append((record.key, NO_PREFIX))
                continue
            parts = rate.parts(record.seconds)
            calls += 1
            seconds += sum(parts)
            of_rate = sums.get(rate.prefix)
            if of_rate is None:
                of_rate = sums[rate.prefix] = _Sums([0] * len(rate.steps))
            of_rate.add(parts, covered, connects=not record.continues)
        ratios: list[Ratio] = []
        steps: list[Step] = []
        for prefix in sorted(sums):
            amounts, words = sums[prefix].priced(self.rates[prefix])
            ratios += amounts
            steps += words
        total = ratios_added(ratios)
        free = added([covered for covered in batch.covered if covered])
        if free:
            steps.insert(0, ("calls_free", in_words(free)))
        steps.append(("calls", str(calls), str(seconds), in_words(total)))
        return Cost(total, Fraction(seconds), tuple(steps), tuple(rejected))

    def repriced(self, reprice: Reprice) -> RateTable:
        rates = {
            prefix: Rate(
                prefix,
                reprice(rate.connect),
                tuple(replace(step, unit_amount=reprice(step.unit_amount)) for step in rate.steps),
            )
            for prefix, rate in self.rates.items()
        }
        return RateTable(rates, self.longest)


@lru_cache(maxsize=65_536)
def _longest_match(table: RateTable, digits: str) -> Rate | None:
    """The rate of the longest prefix of as many leading digits as the longest of a table has: calls share them."""
    for length in range(len(digits), -1, -1):
        rate = table.rates.get(digits[:length])
        if rate is not None:
            return rate
    return None


def _paid(parts: Sequence[int], covered: Fraction) -> list[Seconds]:
    """What is left to pay of a call's charged seconds, the first of which an allowance covers."""
    left: Seconds = covered
    paid: list[Seconds] = []
    for part in parts:
        free = min(left, part)
        paid.append(part - free)
        left -= free
    return paid


def _rate(raw: object, path: str, usual: Increment) -> Rate:
    fields = Fields(raw, path)
    prefix = fields.need("prefix", _prefix)
    connect = fields.take("connect", as_decimal, Decimal(0))
    steps = fields.items("steps", _step)
    if steps:
        fields.maybe("unit_amount", as_decimal)
        if steps[0].from_seconds != 0:
            refuse(f"{fields.at('steps')}[0].from_seconds", "must be 0")
        for i, (before, after) in enumerate(itertools.pairwise(steps)):
            if after.from_seconds <= before.from_seconds:
                refuse(f"{fields.at('steps')}[{i + 1}].from_seconds", "must be greater than the step before")
    else:
        steps = (CallStep(0, fields.need("unit_amount", as_decimal), usual),)
    fields.done()
    return Rate(prefix, connect, steps)


def _prefix(raw: object, path: str) -> str:
    if not isinstance(raw, str):
        refuse(path, "must be a text of leading digits")
    return raw


def _step(raw: object, path: str) -> CallStep:
    fields = Fields(raw, path)
    step = CallStep(
        int(fields.need("from_seconds", as_not_negative)),
        fields.need("unit_amount", as_decimal),
        fields.take("increment", Increment.parse, Increment(1, 1)),
    )
    fields.done()
    return step
