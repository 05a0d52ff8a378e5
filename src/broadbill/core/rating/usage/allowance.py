"""Allowances: what they cover, oldest record first, and what of them rolls over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

NOTHING = Fraction(0)


def spend(used: Sequence[Fraction], lots: Sequence[Fraction]) -> tuple[list[Fraction], list[Fraction]]:
    """Cover usage from allowances, oldest usage and oldest allowance first.

    Shape: what is covered of each use, and what is left of each lot.
    """
    left = list(lots)
    if not any(left):
        return [NOTHING] * len(used), left
    covered: list[Fraction] = []
    current = 0
    for units in used:
        paid = NOTHING
        while current < len(left) and units > paid:
            part = min(units - paid, left[current])
            left[current] -= part
            paid += part
            if not left[current]:
                current += 1
        covered.append(paid)
    return covered, left


@dataclass(frozen=True, slots=True)
class Lot:
    """Unused allowance and the number of the last period in which it may be spent."""

    units: Fraction
    until: int


def carried_over(lots: Sequence[Lot], index: int, cap: Fraction | None) -> list[Lot]:
    """What enters a period: lots that have not expired, the oldest dropped first where a cap is exceeded."""
    kept = [lot for lot in lots if lot.until >= index and lot.units > 0]
    if cap is None:
        return kept
    too_much = sum((lot.units for lot in kept), Fraction(0)) - cap
    found: list[Lot] = []
    for lot in kept:
        dropped = min(max(too_much, Fraction(0)), lot.units)
        too_much -= dropped
        if lot.units > dropped:
            found.append(Lot(lot.units - dropped, lot.until))
    return found
