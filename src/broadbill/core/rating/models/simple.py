"""`flat` and `per_unit`: one price, whatever the quantity or for each unit of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from broadbill.core.rating.because import Because
from broadbill.core.rating.models.base import DECIMAL, Keys, Reprice, in_words
from broadbill.core.rating.reading import Fields, as_decimal


@dataclass(frozen=True, slots=True)
class Flat:
    """The amount. A recurring charge counts it once for each unit of the subscription, usage once a period."""

    name: ClassVar[str] = "flat"
    needs: ClassVar[Keys] = {"amount": DECIMAL}
    takes: ClassVar[Keys] = {}

    amount: Decimal

    @staticmethod
    def read(fields: Fields) -> Flat:
        return Flat(fields.need("amount", as_decimal))

    def whole(self, quantity: Decimal) -> Fraction:
        return Fraction(self.amount) * Fraction(quantity)

    def used(self, quantity: Fraction) -> tuple[Fraction, Because]:
        del quantity
        return Fraction(self.amount), (("flat", in_words(self.amount)),)

    def unit_price(self, quantity: Decimal) -> Decimal | None:
        del quantity
        return self.amount

    def repriced(self, reprice: Reprice) -> Flat:
        return Flat(reprice(self.amount))


@dataclass(frozen=True, slots=True)
class PerUnit:
    """Quantity × unit amount."""

    name: ClassVar[str] = "per_unit"
    needs: ClassVar[Keys] = {"unit_amount": DECIMAL}
    takes: ClassVar[Keys] = {}

    unit_amount: Decimal

    @staticmethod
    def read(fields: Fields) -> PerUnit:
        return PerUnit(fields.need("unit_amount", as_decimal))

    def whole(self, quantity: Decimal) -> Fraction:
        return self.used(Fraction(quantity))[0]

    def used(self, quantity: Fraction) -> tuple[Fraction, Because]:
        amount = Fraction(self.unit_amount) * quantity
        return amount, (("whole_amount", in_words(quantity), in_words(self.unit_amount), in_words(amount)),)

    def unit_price(self, quantity: Decimal) -> Decimal | None:
        del quantity
        return self.unit_amount

    def repriced(self, reprice: Reprice) -> PerUnit:
        return PerUnit(reprice(self.unit_amount))
