"""Exact fractions of a minor unit, and the one step that drops them (docs/algorithms/rounding.md)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from broadbill.core.money import Currency, Money, Rounding


def posted(amount: Fraction | Decimal, currency: Currency, rounding: Rounding) -> Money:
    """An exact amount in whole minor units. Halves are judged exactly: no binary or finite decimal comes between."""
    top, bottom = amount.as_integer_ratio()
    return Money(rounded(top * 10**currency.digits, bottom, rounding), currency)


def rounded(top: int, bottom: int, rounding: Rounding) -> int:
    """The fraction top ÷ bottom as a whole number; the bottom is positive. Halves go away from zero or to even."""
    sign = -1 if top < 0 else 1
    whole, rest = divmod(abs(top), bottom)
    if rounding is Rounding.HALF_UP:
        whole += rest * 2 >= bottom
    elif rounding is Rounding.HALF_EVEN:
        whole += rest * 2 > bottom or (rest * 2 == bottom and whole % 2 == 1)
    return sign * whole


def plain(value: Decimal, least_decimals: int = 0) -> str:
    """A decimal in plain digits without needless zeros, with at least so many decimals."""
    text = format(value, "f")
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(least_decimals, "0")
    text = f"{whole}.{decimals}" if decimals else whole
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text
