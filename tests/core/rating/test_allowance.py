"""Allowances: oldest usage and oldest allowance first, and what of them rolls over."""

from __future__ import annotations

from fractions import Fraction

import pytest

from broadbill.core.rating.usage.allowance import Lot, carried_over, spend


def units(*values: int) -> list[Fraction]:
    return [Fraction(value) for value in values]


@pytest.mark.parametrize(
    ("used", "lots", "covered", "left"),
    [
        ([], [10], [], [10]),
        ([3], [], [0], []),
        ([3, 4], [0, 0], [0, 0], [0, 0]),
        ([3, 4], [10], [3, 4], [3]),
        ([3, 4], [5], [3, 2], [0]),
        ([3, 4], [3, 10], [3, 4], [0, 6]),
        ([5, 4], [3, 10], [5, 4], [0, 4]),
        ([5, 4, 1], [3, 0, 4], [5, 2, 0], [0, 0, 0]),
        ([-2, 3], [10], [0, 3], [7]),
        ([0, 1], [1], [0, 1], [0]),
    ],
)
def test_usage_is_covered_in_turn(
    used: list[int], lots: list[int], covered: list[int], left: list[int]
) -> None:
    assert spend(units(*used), units(*lots)) == (units(*covered), units(*left))


LOTS = [Lot(Fraction(10), 1), Lot(Fraction(20), 2), Lot(Fraction(0), 3), Lot(Fraction(30), 3)]


@pytest.mark.parametrize(
    ("index", "cap", "kept"),
    [
        (1, None, [(10, 1), (20, 2), (30, 3)]),
        (2, None, [(20, 2), (30, 3)]),
        (4, None, []),
        (1, 60, [(10, 1), (20, 2), (30, 3)]),
        (1, 59, [(9, 1), (20, 2), (30, 3)]),
        (1, 50, [(20, 2), (30, 3)]),
        (1, 45, [(15, 2), (30, 3)]),
        (1, 10, [(10, 3)]),
        (1, 0, []),
        (3, 100, [(30, 3)]),
    ],
)
def test_what_has_not_expired_is_carried_on_up_to_the_cap(
    index: int, cap: int | None, kept: list[tuple[int, int]]
) -> None:
    found = carried_over(LOTS, index, None if cap is None else Fraction(cap))

    assert [(lot.units, lot.until) for lot in found] == kept
