"""`flat` and `per_unit`: one price, whatever the quantity or for each unit of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from broadbill.core.rating.models.base import Reprice
from broadbill.core.rating.reading import Fields, as_decimal


@dataclass(frozen=True, slots=True)
class Flat:
    """The amount. A recurring charge counts it once for each unit of the subscription."""

    amount: Decimal

    @staticmethod
    def read(fields: Fields) -> Flat:
        return Flat(fields.need("amount", as_decimal))

    def whole(self, quantity: Decimal) -> Fraction:
        return Fraction(self.amount) * Fraction(quantity)

    def unit_price(self, quantity: Decimal) -> Decimal | None:
        return self.amount

    def repriced(self, reprice: Reprice) -> Flat:
        return Flat(reprice(self.amount))


@dataclass(frozen=True, slots=True)
class PerUnit:
    """Quantity × unit amount."""

    unit_amount: Decimal

    @staticmethod
    def read(fields: Fields) -> PerUnit:
        return PerUnit(fields.need("unit_amount", as_decimal))

    def whole(self, quantity: Decimal) -> Fraction:
        return Fraction(self.unit_amount) * Fraction(quantity)

    def unit_price(self, quantity: Decimal) -> Decimal | None:
        return self.unit_amount

    def repriced(self, reprice: Reprice) -> PerUnit:
        return PerUnit(reprice(self.unit_amount))
