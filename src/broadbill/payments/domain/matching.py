"""Which money settles which debt, when nobody says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Open:
    """An open item: `open` in minor units, positive owed, negative in credit."""

    id: int
    due_on: date
    open: int


@dataclass(frozen=True, slots=True)
class Match:
    credit: int
    debit: int
    amount: int


def match_oldest_first(items: Sequence[Open]) -> list[Match]:
    """Settle the debts in the order in which they fall due with the credits in the order they came.

    Nothing is settled beyond what is open; what is left of a credit stays the customer's.
    """
    ordered = sorted(items, key=lambda item: (item.due_on, item.id))
    debits = [[item.id, item.open] for item in ordered if item.open > 0]
    matches = []
    for credit in (item for item in ordered if item.open < 0):
        left = -credit.open
        while left and debits:
            amount = min(left, debits[0][1])
            matches.append(Match(credit.id, debits[0][0], amount))
            left -= amount
            debits[0][1] -= amount
            if not debits[0][1]:
                debits.pop(0)
    return matches
