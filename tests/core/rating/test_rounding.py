"""Fractions of a minor unit are dropped exactly, and decimals are printed plainly."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from broadbill.core.money import CURRENCIES, Rounding
from broadbill.core.rating.models.base import in_words
from broadbill.core.rating.rounding import plain, posted, rounded


@pytest.mark.parametrize(
    ("top", "bottom", "half_up", "half_even", "down"),
    [
        (0, 3, 0, 0, 0),
        (1, 3, 0, 0, 0),
        (2, 3, 1, 1, 0),
        (1, 2, 1, 0, 0),  # 0.5: away from zero, to even, down
        (3, 2, 2, 2, 1),  # 1.5
        (5, 2, 3, 2, 2),  # 2.5
        (7, 2, 4, 4, 3),  # 3.5
        (-1, 2, -1, 0, 0),
        (-3, 2, -2, -2, -1),
        (-5, 2, -3, -2, -2),
        (-5, 3, -2, -2, -1),
        (9, 3, 3, 3, 3),
    ],
)
def test_a_fraction_is_rounded_as_the_policy_says(
    top: int, bottom: int, half_up: int, half_even: int, down: int
) -> None:
    assert rounded(top, bottom, Rounding.HALF_UP) == half_up
    assert rounded(top, bottom, Rounding.HALF_EVEN) == half_even
    assert rounded(top, bottom, Rounding.DOWN) == down


def test_an_amount_is_posted_in_minor_units_of_its_currency() -> None:
    assert str(posted(Fraction(10, 3), CURRENCIES["EUR"], Rounding.HALF_UP)) == "3.33"
    assert str(posted(Decimal("0.0005"), CURRENCIES["KWD"], Rounding.HALF_UP)) == "0.001"
    assert str(posted(Decimal("1.5"), CURRENCIES["JPY"], Rounding.HALF_EVEN)) == "2"


@pytest.mark.parametrize(
    ("value", "least", "text"),
    [
        ("1", 0, "1"),
        ("1", 2, "1.00"),
        ("1.5", 2, "1.50"),
        ("1.50000", 2, "1.50"),
        ("1.00125", 2, "1.00125"),
        ("100", 0, "100"),
        ("1E+3", 0, "1000"),
        ("1E-7", 0, "0.0000001"),
        ("-1.50", 0, "-1.5"),
        ("-0.05", 2, "-0.05"),
        ("-0.00", 2, "0.00"),
        ("-0", 0, "0"),
        ("0.00", 0, "0"),
    ],
)
def test_a_decimal_is_printed_without_needless_zeros(value: str, least: int, text: str) -> None:
    assert plain(Decimal(value), least) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(3), "3"),
        (Fraction(-3), "-3"),
        (Fraction(1, 2), "0.5"),
        (Fraction(25, 2), "12.5"),
        (Fraction(1, 3), "0.33333333"),
        (Fraction(-2, 3), "-0.66666667"),
        (Fraction(1, 10**9), "0"),
        (Fraction(100000001, 10**8), "1.00000001"),
        (Fraction(1, 10**8), "0.00000001"),
        (Decimal("120.0500"), "120.05"),
        (Decimal("0.005"), "0.005"),
    ],
)
def test_a_number_in_words_is_full_or_ends_after_eight_places(value: Fraction | Decimal, text: str) -> None:
    assert in_words(value) == text
