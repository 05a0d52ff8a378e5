"""Which bookings of a file came before in one of the other kind: a notification (camt.054) goes ahead of the statement,
or follows it with the parts of a sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from broadbill.payments.domain.bank import BankLine

DAYS_APART = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Before:
    """A line taken in from a file of the other kind. `is_undecided` while it waits in the queue."""

    id: int
    booked_on: date
    minor: int
    currency: str
    entry: str
    payer_iban: str
    references: tuple[str, ...]
    is_undecided: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """`same` are lines by name that came before as the ids in `known`; `parted` are ids of sums whose parts are here
    and count instead; `unsure` may have come before, which a person decides.
    """

    same: frozenset[bytes] = frozenset()
    known: frozenset[int] = frozenset()
    parted: frozenset[int] = frozenset()
    unsure: frozenset[bytes] = frozenset()


@dataclass(slots=True)
class _Found:
    same: set[bytes] = field(default_factory=set)
    known: set[int] = field(default_factory=set)
    parted: set[int] = field(default_factory=set)
    unsure: set[bytes] = field(default_factory=set)


def repeated(lines: Mapping[bytes, BankLine], before: Sequence[Before]) -> Repeated:
    """First by the bank's name of the sum, then line by line: amount, day and a word that both have."""
    found = _Found()
    _by_entry(lines, before, found)
    rest = {name: line for name, line in lines.items() if name not in found.same}
    left = [each for each in before if each.id not in found.known | found.parted]
    _by_words({} if not left else _not_parts(rest, before, found), left, found)
    return Repeated(
        frozenset(found.same), frozenset(found.known), frozenset(found.parted), frozenset(found.unsure)
    )


def _by_entry(lines: Mapping[bytes, BankLine], before: Sequence[Before], found: _Found) -> None:
    earlier: dict[tuple[str, str], list[Before]] = defaultdict(list)
    for each in before:
        if each.entry:
            earlier[each.entry, each.currency].append(each)
    here: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    for name, line in lines.items():
        if line.entry:
            here[line.entry, line.amount.currency.code].append(name)
    for entry, names in here.items():
        known = [each for each in earlier[entry] if _near(each.booked_on, lines[names[0]].booked_on)]
        if not known or sum(each.minor for each in known) != sum(lines[name].amount.minor for name in names):
            continue
        if len(names) > len(known) == 1 and known[0].is_undecided:
            found.parted.add(known[0].id)
        else:
            found.same.update(names)
            found.known.update(each.id for each in known)


def _not_parts(
    rest: Mapping[bytes, BankLine], before: Iterable[Before], found: _Found
) -> dict[bytes, BankLine]:
    """Lines that are not the parts of a sum found already."""
    parted = {each.entry for each in before if each.id in found.parted}
    return {name: line for name, line in rest.items() if line.entry not in parted}


def _by_words(lines: Mapping[bytes, BankLine], before: Iterable[Before], found: _Found) -> None:
    free: dict[tuple[int, str], list[Before]] = defaultdict(list)
    for each in before:
        free[each.minor, each.currency].append(each)
    for name, line in lines.items():
        candidates = [
            each
            for each in free[line.amount.minor, line.amount.currency.code]
            if _near(each.booked_on, line.booked_on) and _may_be_of_one_payer(each, line)
        ]
        twin = next((each for each in candidates if set(each.references) & set(line.references)), None)
        if twin is not None:
            free[twin.minor, twin.currency].remove(twin)
            found.same.add(name)
            found.known.add(twin.id)
        elif any(not each.references or not line.references for each in candidates):
            found.unsure.add(name)


def _near(one: date, other: date) -> bool:
    return abs(one - other) <= DAYS_APART


def _may_be_of_one_payer(each: Before, line: BankLine) -> bool:
    return not each.payer_iban or not line.payer_iban or each.payer_iban == line.payer_iban
