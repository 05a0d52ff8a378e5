"""What every pricing model can do."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, TypeAlias

Reprice: TypeAlias = Callable[[Decimal], Decimal]


class Model(Protocol):
    """A price: hashable, compared by value, without any rounding of its own."""

    def whole(self, quantity: Decimal) -> Fraction:
        """The exact amount of a whole period for so many units."""
        ...

    def unit_price(self, quantity: Decimal) -> Decimal | None:
        """The price of one unit, where there is one to print beside the quantity."""
        ...

    def repriced(self, reprice: Reprice) -> Model:
        """The same model with each of its prices replaced (indexation)."""
        ...

    def __hash__(self) -> int: ...
