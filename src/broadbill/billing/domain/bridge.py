"""From one document to a later one: every cause of the difference with its amount, so that they sum to it.

Amounts are what the documents say, never computed again. Lines are matched by what they are for; what both documents
have in the same amount is no cause.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from broadbill.core.money import Money


class Kind(StrEnum):
    """What happened to something that is billed."""

    # On the earlier document alone.
    GONE = "gone"
    # On the later one alone.
    NEW = "new"
    # On the earlier document alone, for days before its own period: it came once.
    CAUGHT_UP = "caught_up"
    # On both, in another amount.
    CHANGED = "changed"
    # On the later one, for days before its own period: what was known late, or what is given back.
    EARLIER = "earlier"
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class BridgeLine:
    """A line of a document. `position` finds it there; `period_starts` is of the anchored period it lies in, if any.

    `source` names the event that it comes from: without a period, only the same event is the same thing.
    """

    position: int
    subscription: str | None
    charge: str | None
    kind: str
    description: str
    source: str | None
    period_starts: date | None
    amount: Money


@dataclass(frozen=True, slots=True)
class BridgeTax:
    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class BridgeSide:
    """A document: its lines before tax, and its taxes."""

    lines: tuple[BridgeLine, ...]
    taxes: tuple[BridgeTax, ...]


@dataclass(frozen=True, slots=True)
class BridgeCause:
    """One cause. `position` is the line's on the later document, or on the earlier where it is gone; 0 of a tax."""

    kind: Kind
    position: int
    name: str
    before: Money
    after: Money

    @property
    def amount(self) -> Money:
        return self.after - self.before


def bridge(earlier: BridgeSide, later: BridgeSide, *, zero: Money) -> tuple[BridgeCause, ...]:
    """The causes in order: what is gone, what the later document has, taxes last.

    They sum to the later document's total less the earlier one's, whatever the documents are. Several lines of the same
    thing on one document count together.
    """
    before, after = _by_thing(earlier.lines, zero), _by_thing(later.lines, zero)
    gone = [
        BridgeCause(
            Kind.CAUGHT_UP if thing[-1] == _EARLIER else Kind.GONE,
            line.position,
            line.description,
            amount,
            zero,
        )
        for thing, (line, amount) in before.items()
        if thing not in after and amount.minor
    ]
    here = []
    for thing, (line, amount) in after.items():
        was = before[thing][1] if thing in before else zero
        if amount != was:
            kind = _kind(thing, was_there=thing in before)
            here.append(BridgeCause(kind, line.position, line.description, was, amount))
    return (*gone, *here, *_taxes(earlier, later, zero))


_EARLIER = "earlier"
Thing = tuple[Hashable, ...]


def _kind(thing: Thing, *, was_there: bool) -> Kind:
    if thing[-1] == _EARLIER:
        return Kind.EARLIER
    return Kind.CHANGED if was_there else Kind.NEW


def _by_thing(lines: Sequence[BridgeLine], zero: Money) -> dict[Thing, tuple[BridgeLine, Money]]:
    """The first line of each thing and what all of its lines sum to, in order."""
    latest: dict[tuple[str | None, str | None], date] = {}
    for line in lines:
        if line.period_starts is not None:
            own = (line.subscription, line.charge)
            latest[own] = max(latest.get(own, date.min), line.period_starts)
    found: dict[Thing, tuple[BridgeLine, Money]] = {}
    for line in lines:
        thing = _thing(line, latest)
        first, amount = found.get(thing, (line, zero))
        found[thing] = (first, amount + line.amount)
    return found


def _thing(line: BridgeLine, latest: dict[tuple[str | None, str | None], date]) -> Thing:
    same = (line.subscription, line.charge, line.kind, line.description)
    if line.period_starts is None:
        return (*same, line.source, "once")
    if line.period_starts < latest[line.subscription, line.charge]:
        return (*same, line.period_starts, _EARLIER)
    return (*same, "now")


def _taxes(earlier: BridgeSide, later: BridgeSide, zero: Money) -> list[BridgeCause]:
    before, after = _by_name(earlier.taxes, zero), _by_name(later.taxes, zero)
    return [
        BridgeCause(Kind.TAX, 0, name, before.get(name, zero), after.get(name, zero))
        for name in {**before, **after}
        if before.get(name, zero) != after.get(name, zero)
    ]


def _by_name(taxes: Sequence[BridgeTax], zero: Money) -> dict[str, Money]:
    found: dict[str, Money] = {}
    for tax in taxes:
        found[tax.name] = found.get(tax.name, zero) + tax.amount
    return found
