"""`package`: blocks of a size, each started one paid whole."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import ClassVar

from broadbill.core.rating.because import Because
from broadbill.core.rating.models.base import DECIMAL, Keys, Reprice, in_words
from broadbill.core.rating.reading import Fields, as_decimal, as_positive


@dataclass(frozen=True, slots=True)
class Package:
    """Amount × ceil(quantity ÷ size)."""

    name: ClassVar[str] = "package"
    needs: ClassVar[Keys] = {"size": DECIMAL, "amount": DECIMAL}
    takes: ClassVar[Keys] = {}

    size: Decimal
    amount: Decimal

    @staticmethod
    def read(fields: Fields) -> Package:
        return Package(fields.need("size", as_positive), fields.need("amount", as_decimal))

    def whole(self, quantity: Decimal) -> Fraction:
        return self.used(Fraction(quantity))[0]

    def used(self, quantity: Fraction) -> tuple[Fraction, Because]:
        blocks = ceil(quantity / Fraction(self.size))
        amount = blocks * Fraction(self.amount)
        words = ("blocks", str(blocks), in_words(self.size), in_words(self.amount), in_words(amount))
        return amount, (words,)

    def unit_price(self, quantity: Decimal) -> Decimal | None:
        del quantity
        return None

    def repriced(self, reprice: Reprice) -> Package:
        return Package(self.size, reprice(self.amount))
