"""`round_quantity_to`: usage counted in whole steps, record by record or once a period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from broadbill.core.rating.reading import Fields, as_choice, as_positive

MODES = ("up", "down", "half_up", "half_even")


@dataclass(frozen=True, slots=True)
class QuantityRounding:
    """Quantities become multiples of `to`."""

    to: Decimal
    mode: str
    at_record: bool

    @staticmethod
    def parse(raw: object, path: str) -> QuantityRounding:
        fields = Fields(raw, path)
        rounding = QuantityRounding(
            fields.need("to", as_positive),
            fields.take("mode", lambda r, p: as_choice(r, p, MODES), "up"),
            fields.take("at", lambda r, p: as_choice(r, p, ("record", "period")), "period") == "record",
        )
        fields.done()
        return rounding

    def rounded(self, quantity: Fraction) -> Fraction:
        step = Fraction(self.to)
        count = quantity / step
        match self.mode:
            case "up":
                whole = ceil(count)
            case "down":
                whole = floor(count)
            case "half_up":
                whole = floor(count + Fraction(1, 2))
            case _:
                whole = round(count)
        return whole * step
