"""What every pricing model of a quantity says of itself and can do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Final, Protocol, TypeAlias

from broadbill.core.rating.because import Because
from broadbill.core.rating.reading import Fields

Reprice: TypeAlias = Callable[[Decimal], Decimal]
# The keys of a model, each with its JSON Schema.
Keys: TypeAlias = Mapping[str, Mapping[str, object]]

DECIMAL: Final = {"$ref": "#/$defs/decimal"}
COUNT: Final = {"$ref": "#/$defs/count"}


class Model(Protocol):
    """A price: hashable, compared by value, rounded only where rounding is the price itself.

    `name` is its `type` in the contract, `needs` and `takes` its keys: those required and those that may be there.
    """

    name: ClassVar[str]
    needs: ClassVar[Keys]
    takes: ClassVar[Keys]

    @staticmethod
    def read(fields: Fields) -> Model:
        """The model of a price's keys. Raises: ScenarioError."""
        ...

    def whole(self, quantity: Decimal) -> Fraction:
        """The exact amount of a whole period of a recurring charge for so many units."""
        ...

    def used(self, quantity: Fraction) -> tuple[Fraction, Because]:
        """The exact amount for a metered quantity left after the allowance, and how it came about."""
        ...

    def unit_price(self, quantity: Decimal) -> Decimal | None:
        """The price of one unit, where there is one to print beside the quantity."""
        ...

    def repriced(self, reprice: Reprice) -> Model:
        """The same model with each of its prices replaced (indexation)."""
        ...

    def __hash__(self) -> int: ...


def added(values: Iterable[Fraction]) -> Fraction:
    """The exact sum of many fractions: those of one denominator are summed as whole numbers."""
    return ratios_added(value.as_integer_ratio() for value in values)


def ratios_added(ratios: Iterable[tuple[int, int]]) -> Fraction:
    """The same of ratios of whole numbers, reduced or not."""
    tops: dict[int, int] = defaultdict(int)
    for top, bottom in ratios:
        tops[bottom] += top
    return sum((Fraction(top, bottom) for bottom, top in tops.items()), Fraction(0))


def in_ratio(share: Fraction) -> str:
    """A share of a period as a reader can take it: 16/31."""
    return f"{share.numerator}/{share.denominator}"


def in_words(value: Fraction | Decimal) -> str:
    """A number for a `because` step: in full where its decimals end within eight places, else rounded there."""
    return ratio_in_words(*value.as_integer_ratio())


def ratio_in_words(top: int, bottom: int) -> str:
    """The same of a ratio of whole numbers, reduced or not; halves go to the even digit."""
    if bottom == 1:
        return str(top)
    scaled, rest = divmod(abs(top) * 10**8, bottom)
    if rest * 2 > bottom or (rest * 2 == bottom and scaled % 2):
        scaled += 1
    digits = str(scaled).rjust(9, "0")
    text = f"{digits[:-8]}.{digits[-8:]}".rstrip("0").rstrip(".")
    return f"-{text}" if top < 0 and scaled else text
