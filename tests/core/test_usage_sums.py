"""Sums of usage are exact, and an allowance covers as much of them as of the records in turn."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from broadbill.core.rating import UsageRecord
from broadbill.core.rating.models.base import added
from broadbill.core.rating.usage.allowance import spend
from broadbill.core.rating.usage_record import sums_by_sign

amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3)
lots = st.lists(st.integers(0, 10**9).map(Fraction), max_size=4)


def record(quantity: Decimal | None, duration: Decimal | None = None) -> UsageRecord:
    return UsageRecord(
        key=1,
        subscription="1",
        meter="m",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        day=date(2026, 1, 1),
        recorded=date(2026, 1, 1),
        quantity=quantity,
        duration=duration,
    )


@given(st.lists(amounts), lots)
def test_an_allowance_covers_as_much_of_two_sums_as_of_all_records(
    quantities: list[Decimal], allowance: list[Fraction]
) -> None:
    one_by_one, left = spend([Fraction(quantity) for quantity in quantities], allowance)
    together, left_of_sums = spend(sums_by_sign([record(quantity) for quantity in quantities]), allowance)

    assert sum(together) == sum(one_by_one)
    assert left_of_sums == left


@given(st.lists(amounts))
def test_sums_lose_nothing(quantities: list[Decimal]) -> None:
    exact = sum((Fraction(quantity) for quantity in quantities), Fraction(0))

    assert sum(sums_by_sign([record(quantity) for quantity in quantities])) == exact
    assert added(Fraction(quantity) for quantity in quantities) == exact


def test_sums_are_exact_beyond_the_digits_of_ordinary_decimals() -> None:
    # 28 digits are what Python keeps unless told otherwise; these sums have 45.
    large, small = Decimal(10) ** 29, Decimal("0.000000000000001")

    assert sums_by_sign([record(large), record(small), record(-small)]) == [
        Fraction(10**29) + Fraction(1, 10**15),
        -Fraction(1, 10**15),
    ]


def test_a_record_without_a_quantity_counts_its_seconds() -> None:
    assert sums_by_sign([record(None, Decimal(90)), record(Decimal(60), Decimal(90)), record(None)]) == [
        150,
        0,
    ]
