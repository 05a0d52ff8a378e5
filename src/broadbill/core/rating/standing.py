"""What subscriptions cost a period as they stand: the first whole period of each recurring charge from a day on.

For previews and letters: "36.00 a month now, 42.00 a month then". It is read off what `owing` says, so agreed prices,
phases, indexation, quantity and discounts are in it; usage, one-off charges and credits are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from broadbill.core.money import Money
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
    """What each subscription that is in service on a day costs from then on, shortest cycle first.

    A period in which nothing is charged, such as a free one, costs nothing. Tax is that of the day.
    Raises: ScenarioError for a fact that names a plan the rulebook does not have.
    """
    bare = History(history.rulebook, history.account, history.events)
    facts = Facts.of(bare)
    periods = {life.id: _first_periods(life, on) for life in facts.lives if _in_service(life, on)}
    last = max((day for found in periods.values() for _, day in found.values()), default=on)
    owed = owing(bare, facts, since=on, on=last, runs=()).owed
    return {
        life.id: tuple(_standings(life, periods[life.id], owed, history, on))
        for life in facts.lives
        if life.id in periods
    }


def _in_service(life: Subscription, on: date) -> bool:
    return life.starts <= on and (life.cancelled is None or on < life.cancelled)


def _first_periods(life: Subscription, on: date) -> Mapping[str, tuple[date, date]]:
    """The first and last day of the first whole period from the day on, by the code of the recurring charge."""
    found = {}
    for charge in _recurring(life, on):
        calendar = life.calendar(charge)
        period = calendar.anchored(on)
        if period.starts < on:
            period = calendar.anchored(period.ends)
        found[charge.code] = (period.starts, period.ends)
    return found


def _recurring(life: Subscription, on: date) -> list[Charge]:
    return [charge for charge in life.state_on(on).plan.charges.values() if charge.type == "recurring"]


def _standings(
    life: Subscription,
    periods: Mapping[str, tuple[date, date]],
    owed: list[Owed],
    history: History,
    on: date,
) -> list[Standing]:
    by_cycle: dict[Cycle, list[Owed]] = {}
    for charge in _recurring(life, on):
        lines = by_cycle.setdefault(charge.cycle, [])
        lines.extend(line for line in owed if _is_of(line, life, charge, periods[charge.code]))
    found = [_standing(cycle, lines, history, on) for cycle, lines in by_cycle.items()]
    return sorted(found, key=lambda one: MONTHS[one.cycle.unit] * one.cycle.every)


def _is_of(line: Owed, life: Subscription, charge: Charge, period: tuple[date, date]) -> bool:
    return (
        line.subscription == life.id
        and line.charge == charge.code
        and line.kind in ("recurring", "discount")
        and line.period is not None
        and (line.period.starts, line.period.ends) == period
    )


def _standing(cycle: Cycle, lines: list[Owed], history: History, on: date) -> Standing:
    zero = history.account.currency.zero
    if not lines:
        return Standing(cycle, zero, zero)
    desk = Desk(history.rulebook, history.account, on, zero)
    [document] = desk.write([Bundle([fresh(line) for line in lines])], ())
    return Standing(cycle, document.subtotal, document.total)
