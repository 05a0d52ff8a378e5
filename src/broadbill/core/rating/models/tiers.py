"""Tiered prices: `graduated` (each tier's own part), `volume` (the whole at one tier), `stairstep` (a tier's amount).

`up_to` is inclusive and the last one is open. A quantity of 0 lies in the first tier, whose flat amount is
due without any usage (fine print 5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import ClassVar, Final

from broadbill.core.rating.because import Because, Step
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models.base import Keys, Reprice, in_words
from broadbill.core.rating.reading import Fields, as_decimal, as_positive

ZERO = Decimal(0)
TIERS: Final = {"type": "array", "items": {"$ref": "#/$defs/tier"}, "minItems": 1}
STEPS: Final = {"type": "array", "items": {"$ref": "#/$defs/step_tier"}, "minItems": 1}


@dataclass(frozen=True, slots=True)
class Tier:
    """Units up to and with `up_to` (None: without end), at a price a unit or a block, beside a flat amount."""

    up_to: Decimal | None
    unit_amount: Decimal
    flat_amount: Decimal
    size: Decimal | None

    def priced(self, units: Fraction) -> tuple[Fraction, Step]:
        """The units at this tier's price, its flat amount left aside."""
        if self.size is None:
            amount = units * Fraction(self.unit_amount)
            return amount, ("whole_amount", in_words(units), in_words(self.unit_amount), in_words(amount))
        blocks = ceil(units / Fraction(self.size))
        amount = blocks * Fraction(self.unit_amount)
        return amount, (
            "blocks",
            str(blocks),
            in_words(self.size),
            in_words(self.unit_amount),
            in_words(amount),
        )

    def repriced(self, reprice: Reprice) -> Tier:
        return replace(self, unit_amount=reprice(self.unit_amount), flat_amount=reprice(self.flat_amount))


@dataclass(frozen=True, slots=True)
class Graduated:
    """Each tier's own part at its own price; a tier's flat amount is added when the tier is entered."""

    name: ClassVar[str] = "graduated"
    needs: ClassVar[Keys] = {"tiers": TIERS}
    takes: ClassVar[Keys] = {}

    tiers: tuple[Tier, ...]

    @staticmethod
    def read(fields: Fields) -> Graduated:
        return Graduated(read_tiers(fields, _priced_tier))

    def whole(self, quantity: Decimal) -> Fraction:
        return self.used(Fraction(quantity))[0]

    def used(self, quantity: Fraction) -> tuple[Fraction, Because]:
        total, steps = Fraction(0), []
        floor = Fraction(0)
        for i, tier in enumerate(self.tiers):
            if i > 0 and quantity <= floor:
                break
            part = max(quantity if tier.up_to is None else min(quantity, Fraction(tier.up_to)), floor) - floor
            amount, step = tier.priced(part)
            if part:
                steps += [*bounds(self.tiers, i), step]
            if tier.flat_amount:
                steps.append(("tier_entered", str(i + 1), in_words(tier.flat_amount)))
            total += amount + Fraction(tier.flat_amount)
            floor = Fraction(tier.up_to) if tier.up_to is not None else floor
        return total, (*steps, ("sum", in_words(total)))

    def unit_price(self, quantity: Decimal) -> Decimal | None:
        del quantity
        return None

    def repriced(self, reprice: Reprice) -> Graduated:
        return Graduated(tuple(tier.repriced(reprice) for tier in self.tiers))


@dataclass(frozen=True, slots=True)
class Volume:
    """The whole quantity at the price of the tier it falls in, plus that tier's flat amount."""

    name: ClassVar[str] = "volume"
    needs: ClassVar[Keys] = {"tiers": TIERS}
    takes: ClassVar[Keys] = {}

    tiers: tuple[Tier, ...]

    @staticmethod
    def read(fields: Fields) -> Volume:
        return Volume(read_tiers(fields, _priced_tier))

    def whole(self, quantity: Decimal) -> Fraction:
        return self.used(Fraction(quantity))[0]

    def used(self, quantity: Fraction) -> tuple[Fraction, Because]:
        number, tier = tier_of(self.tiers, quantity)
        amount, step = tier.priced(quantity)
        steps = [*_lies_in(self.tiers, quantity, number), step]
        if tier.flat_amount:
            amount += Fraction(tier.flat_amount)
            steps += [("tier_entered", str(number), in_words(tier.flat_amount)), ("sum", in_words(amount))]
        return amount, tuple(steps)

    def unit_price(self, quantity: Decimal) -> Decimal | None:
        tier = tier_of(self.tiers, Fraction(quantity))[1]
        return tier.unit_amount if tier.size is None and not tier.flat_amount else None

    def repriced(self, reprice: Reprice) -> Volume:
        return Volume(tuple(tier.repriced(reprice) for tier in self.tiers))


@dataclass(frozen=True, slots=True)
class Stairstep:
    """The amount of the tier the quantity falls in."""

    name: ClassVar[str] = "stairstep"
    needs: ClassVar[Keys] = {"tiers": STEPS}
    takes: ClassVar[Keys] = {}

    tiers: tuple[Tier, ...]

    @staticmethod
    def read(fields: Fields) -> Stairstep:
        return Stairstep(read_tiers(fields, _step_tier))

    def whole(self, quantity: Decimal) -> Fraction:
        return self.used(Fraction(quantity))[0]

    def used(self, quantity: Fraction) -> tuple[Fraction, Because]:
        number, tier = tier_of(self.tiers, quantity)
        words = (*_lies_in(self.tiers, quantity, number), ("flat", in_words(tier.flat_amount)))
        return Fraction(tier.flat_amount), words

    def unit_price(self, quantity: Decimal) -> Decimal | None:
        del quantity
        return None

    def repriced(self, reprice: Reprice) -> Stairstep:
        return Stairstep(tuple(tier.repriced(reprice) for tier in self.tiers))


def tier_of(tiers: Sequence[Tier], quantity: Fraction) -> tuple[int, Tier]:
    """The tier a quantity falls in and its number from 1."""
    for number, tier in enumerate(tiers, start=1):
        if tier.up_to is None or quantity <= Fraction(tier.up_to):
            return number, tier
    raise AssertionError("the last tier is open")


def bounds(tiers: Sequence[Tier], place: int) -> Because:
    """Where a tier begins and ends, in words; nothing for an only one."""
    up_to, number = tiers[place].up_to, str(place + 1)
    before = tiers[place - 1].up_to if place else None
    if before is None:
        return (("tier_up_to", number, in_words(up_to)),) if up_to is not None else ()
    if up_to is None:
        return (("tier_over", number, in_words(before)),)
    return (("tier_between", number, in_words(before), in_words(up_to)),)


def _lies_in(tiers: Sequence[Tier], quantity: Fraction, number: int) -> Because:
    if len(tiers) == 1:
        return ()
    return (*bounds(tiers, number - 1), ("in_tier", in_words(quantity), str(number)))


def read_tiers(fields: Fields, read_tier: Callable[[object, str], Tier]) -> tuple[Tier, ...]:
    """Tiers in ascending order, the last one open. Raises: ScenarioError."""
    tiers = fields.items("tiers", read_tier)
    path = fields.at("tiers")
    if not tiers:
        refuse(path, "needs at least one tier")
    for i, tier in enumerate(tiers):
        place = f"{path}[{i}].up_to"
        if tier.up_to is None:
            if i + 1 < len(tiers):
                refuse(place, "must be a number: only the last tier is open")
            continue
        if i + 1 == len(tiers):
            refuse(place, "must be null: the last tier is open")
        before = tiers[i - 1].up_to if i else None
        if before is not None and tier.up_to <= before:
            refuse(place, "must be greater than the tier before")
        if tier.up_to < 0:
            refuse(place, "must not be negative")
    return tiers


def _priced_tier(raw: object, path: str) -> Tier:
    fields = Fields(raw, path)
    tier = Tier(
        fields.maybe("up_to", as_decimal),
        fields.take("unit_amount", as_decimal, ZERO),
        fields.take("flat_amount", as_decimal, ZERO),
        fields.maybe("size", as_positive),
    )
    fields.done()
    return tier


def _step_tier(raw: object, path: str) -> Tier:
    fields = Fields(raw, path)
    tier = Tier(fields.maybe("up_to", as_decimal), ZERO, fields.need("amount", as_decimal), None)
    fields.done()
    return tier
