"""Which money settles which debt, when nobody says otherwise."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Open:
    """An open item: `open` in minor units, positive owed, negative in credit.

    `number` is the document's, None of what is no document; `corrects` are the documents that a credit note corrects.
    """

    id: int
    due_on: date
    open: int
    number: str | None = None
    corrects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    credit: int
    debit: int
    amount: int


def match_open(items: Sequence[Open]) -> list[Match]:
    """Settle debts with credits: a credit note first those it corrects, then all in the order in which they fall due.

    So a credit for a bill that was never paid lowers that bill and cannot be spent on another; what was paid of it
    before is what becomes free. Nothing is settled beyond what is open; what is left of a credit stays the customer's.
    """
    ordered = sorted(items, key=lambda item: (item.due_on, item.id))
    debits = {item.id: item.open for item in ordered if item.open > 0}
    credits_ = {item.id: -item.open for item in ordered if item.open < 0}
    numbered = {item.number: item.id for item in ordered if item.number is not None and item.open > 0}
    corrected = [
        (credit.id, numbered[number])
        for credit in ordered
        if credit.open < 0
        for number in credit.corrects
        if number in numbered
    ]
    in_turn = ((credit, debit) for credit in credits_ for debit in debits)
    return list(_settled(itertools.chain(corrected, in_turn), debits, credits_))


def _settled(
    pairs: Iterable[tuple[int, int]], debits: dict[int, int], credits_: dict[int, int]
) -> Iterator[Match]:
    for credit, debit in pairs:
        amount = min(credits_[credit], debits[debit])
        if amount:
            credits_[credit] -= amount
            debits[debit] -= amount
            yield Match(credit, debit, amount)
