"""What subscriptions cost a period as they stand: the first whole period of each recurring charge from a day on.

For previews and letters: "36.00 a month now, 42.00 a month then". It is read off what `owing` says, so agreed prices,
phases, indexation, quantity and discounts are in it; usage, one-off charges and credits are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.rating.cycles import Cycle
from broadbill.core.rating.documents import Desk
from broadbill.core.rating.facts import Facts
from broadbill.core.rating.history import History
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.owing import owing
from broadbill.core.rating.plans import Charge
from broadbill.core.rating.subtract import Bundle, fresh
from broadbill.core.rating.timeline import Subscription

# Recurring revenue is told by the month: a year of 12 months has 365 days.
MONTHS = {"month": Fraction(1), "week": Fraction(7 * 12, 365), "day": Fraction(12, 365)}


@dataclass(frozen=True, slots=True)
class Standing:
    """What all recurring charges of one cycle of a subscription cost for a whole period, net and with tax."""

    cycle: Cycle
    subtotal: Money
    total: Money

    @property
    def monthly(self) -> Fraction:
        """The net amount by the month, exact, in major units."""
        return Fraction(self.subtotal.amount) / (MONTHS[self.cycle.unit] * self.cycle.every)


def standing(history: History, *, on: date) -> dict[str, tuple[Standing, ...]]:
    """What each subscription costs from its own period on that begins on a day or next after it, shortest cycle first.

    One that began later than that day, or is over by that period, has no entry; a period in which nothing is charged,
    such as a free one, costs nothing. Tax is that of the day.
    Raises: ScenarioError for a fact that names a plan the rulebook does not have.
    """
    bare = History(history.rulebook, history.account, history.events)
    facts = Facts.of(bare)
    found = {life.id: _first_periods(life, on) for life in facts.lives if _goes_on(life, on)}
    last = max((period.ends for periods in found.values() for _, period in periods), default=on)
    owed = owing(bare, facts, since=on, on=last, runs=()).owed
    return {name: tuple(_standings(name, periods, owed, history, on)) for name, periods in found.items()}


def _goes_on(life: Subscription, on: date) -> bool:
    return life.starts <= on and (life.cancelled is None or life.next_own_boundary(on) < life.cancelled)


def _first_periods(life: Subscription, on: date) -> list[tuple[Charge, Period]]:
    """The recurring charges of the own period that begins next, and the first whole period of each."""
    begins = life.next_own_boundary(on)
    found = []
    for charge in life.state_on(begins).plan.charges.values():
        if charge.type == "recurring":
            period = life.calendar(charge).anchored(begins)
            if period.starts < begins:
                period = life.calendar(charge).anchored(period.ends)
            found.append((charge, period))
    return found


def _standings(
    subscription: str,
    periods: Sequence[tuple[Charge, Period]],
    owed: Sequence[Owed],
    history: History,
    on: date,
) -> list[Standing]:
    by_cycle: dict[Cycle, list[Owed]] = {}
    for charge, period in periods:
        lines = by_cycle.setdefault(charge.cycle, [])
        lines.extend(
            line
            for line in owed
            if (line.subscription, line.period) == (subscription, period)
            and line.charge in charge.line_codes
            and line.kind in ("recurring", "discount")
        )
    found = [_standing(cycle, lines, history, on) for cycle, lines in by_cycle.items()]
    return sorted(found, key=lambda one: MONTHS[one.cycle.unit] * one.cycle.every)


def _standing(cycle: Cycle, lines: list[Owed], history: History, on: date) -> Standing:
    zero = history.account.currency.zero
    if not lines:
        return Standing(cycle, zero, zero)
    desk = Desk(history.rulebook, history.account, on, zero)
    [document] = desk.write([Bundle([fresh(line) for line in lines])], ())
    return Standing(cycle, document.subtotal, document.total)
