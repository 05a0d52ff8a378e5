"""From the facts of one subscription to its life: which plan, how many and at which agreed prices, when.

Facts take effect on a date of their own: at once, or at the end of the subscription's own period
(fine print 10 and 18). A later fact of the same date wins; a fact after the end of service has no effect.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from broadbill.core.period import Period
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.cycles import Calendar, Cycle, Grid, first_month, grid_for, monthly
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.events import (
    Cancel,
    ChangeAnchor,
    ChangePlan,
    ChangePrice,
    ChangeQuantity,
    Event,
    Resume,
    Subscribe,
    Suspend,
)
from broadbill.core.rating.plans import Charge, Plan, Price
from broadbill.core.rating.policy import Anchor, Policy
from broadbill.core.rating.rulebook import Rulebook

MONTHLY = Cycle("month", 1)
ONE_DAY = timedelta(days=1)
FOREVER = date.max


class State(NamedTuple):
    """What a subscription is on a day. `agreed` are the prices agreed for it, by charge code."""

    plan: Plan
    quantity: Decimal
    paused: bool
    agreed: tuple[tuple[str, Price], ...]

    def agreed_price(self, code: str) -> Price | None:
        for agreed, model in self.agreed:
            if agreed == code:
                return model
        return None


class Segment(NamedTuple):
    """Days `[starts, ends)` in one state; `ends` is FOREVER while nothing ends it."""

    starts: date
    ends: date
    state: State


@dataclass(frozen=True, slots=True)
class Transition:
    """One aspect of the state changing on a day: the plan, the quantity, the pause or an agreed price."""

    day: date
    value: Plan | Decimal | bool | tuple[str, Price]

    def aspect_changed(self, state: State) -> State:
        """The state with this aspect changed."""
        value = self.value
        if isinstance(value, Plan):
            return state._replace(plan=value)
        if isinstance(value, bool):
            return state._replace(paused=value)
        if isinstance(value, Decimal):
            return state._replace(quantity=value)
        others = tuple(price for price in state.agreed if price[0] != value[0])
        return state._replace(agreed=(*others, value))


@dataclass(slots=True, eq=False)
class Subscription:
    """One subscription's life, and the periods of its charges.

    `cancelled` is the day of cancelling (already moved to the period's end where that was asked) and
    `cancelled_at_period_end` says so; service goes on for good while it is None.
    """

    id: str
    order: int
    starts: date
    policy: Policy
    anchor: Anchor
    facts: Subscribe
    first: State
    cancelled: date | None = None
    cancelled_at_period_end: bool = False
    transitions: list[Transition] = field(default_factory=list)
    anchor_changes: list[tuple[date, int | Literal["start"]]] = field(default_factory=list)
    _segments: tuple[Segment, ...] | None = None
    calendars: dict[tuple[Cycle, int, int], Calendar] = field(default_factory=dict)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The states in turn, from the start for ever (the end of service differs by charge)."""
        if self._segments is None:
            self._segments = _fold(self.starts, self.first, self.transitions)
        return self._segments

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plans the subscription ever had, each once."""
        if not self.transitions:
            return (self.first.plan,)
        return tuple({segment.state.plan.code: segment.state.plan for segment in self.segments}.values())

    @property
    def types(self) -> frozenset[str]:
        """The types of charges that its plans ever had."""
        if not self.transitions:
            return self.first.plan.types
        return frozenset().union(*[plan.types for plan in self.plans])

    @property
    def as_sold(self) -> bool:
        """Whether nothing has happened to it since it was sold, at list prices."""
        return not (self.transitions or self.anchor_changes or self.first.agreed) and self.cancelled is None

    def change(self, day: date, value: Plan | Decimal | bool | tuple[str, Price]) -> None:
        """One aspect of the state is different from a day on."""
        self.transitions.append(Transition(day, value))
        self._segments = None

    def charging_starts(self, charge: Charge) -> date:
        """The first day that is not in the charge's trial."""
        return self.starts + timedelta(days=charge.trial_days) if charge.trial_days else self.starts

    def calendar(self, charge: Charge) -> Calendar:
        """The periods of a charge of this subscription."""
        trial_end = self.policy.trial_anchor == "trial_end" and self.anchor.day == "start"
        return self._calendar(charge.cycle, charge.trial_days if trial_end else 0, charge.trial_days)

    def _calendar(self, cycle: Cycle, anniversary_after: int, trial_days: int) -> Calendar:
        # The trial matters beyond the anniversary only to a change of anchor: it may then hold at once.
        day = self.anchor.day
        if cycle.every == 1 and cycle.unit == "month" and day != "start" and not self.anchor_changes:
            return monthly(day)
        key = (cycle, anniversary_after, trial_days if self.anchor_changes else 0)
        found = self.calendars.get(key)
        if found is None:
            anniversary = self.starts + timedelta(days=anniversary_after)
            grid = grid_for(cycle, self.anchor, start=self.starts, anniversary=anniversary)
            found = Calendar(((date.min, grid),))
            if self.anchor_changes and cycle.unit == "month":
                found = self._moved(grid, anniversary, self.starts + timedelta(days=trial_days))
            self.calendars[key] = found
        return found

    def _moved(self, grid: Grid, anniversary: date, charging: date) -> Calendar:
        """The calendar after each change of anchor: from the end of the period in which it happens.

        On the first day of a period, and while nothing has been charged yet, it holds from its own date.
        """
        eras = [(date.min, grid)]
        for at, new_day in self.anchor_changes:
            current = Calendar(tuple(eras)).span(at)
            holds = at if at <= charging or current.starts == at else current.ends
            day = anniversary.day if new_day == "start" else new_day
            phase = grid.phase if self.anchor.month else first_month(holds, day, None) % grid.step
            eras = [era for era in eras if era[0] < holds]
            eras.append((holds, Grid("month", grid.step, phase, day)))
        return Calendar(tuple(eras))

    def own_calendar(self, plan: Plan) -> Calendar:
        """The subscription's own periods: those of the plan's first recurring charge, or calendar months."""
        return self.calendar(plan.own) if plan.own is not None else self._calendar(MONTHLY, 0, 0)

    def own_period(self, day: date) -> Period:
        return self.own_calendar(self.state_on(day).plan).span(day)

    def state_on(self, day: date) -> State:
        """The state on a day; before the start the first one, after the end the last."""
        i = bisect_right(self.segments, day, key=lambda segment: segment.starts) - 1
        return self.segments[max(i, 0)].state

    def came_to(self, charge: Charge, day: date) -> date:
        """The day on which the subscription came to the plan, of which the charge is, that it has on a day."""
        i = max(bisect_right(self.segments, day, key=lambda segment: segment.starts) - 1, 0)
        while i > 0 and charge in self.segments[i - 1].state.plan.charges.values():
            i -= 1
        return self.segments[i].starts

    def next_own_boundary(self, day: date) -> date:
        """The first day on or after `day` on which an own period begins."""
        own = self.own_period(day)
        return day if own.starts == day else own.ends

    def service_ends(self, charge: Charge) -> date:
        """The first day without service of a recurring charge (fine print 11 and 18)."""
        if self.cancelled is None:
            return FOREVER
        if self.policy.on_cancel == "none":
            period = self.calendar(charge).span(self.cancelled)
            return self.cancelled if period.starts == self.cancelled else period.ends
        if self.last_day_charged:
            return self.cancelled + ONE_DAY
        return self.cancelled

    @property
    def last_day_charged(self) -> bool:
        """Whether the day of cancelling is charged: never when the cancellation waits for the period's end."""
        return self.policy.cancel_day == "charged" and not self.cancelled_at_period_end


def replay(facts: Sequence[Event], order: int, rulebook: Rulebook, account: AccountTerms) -> Subscription:
    """The life of one subscription from its facts: its `subscribe`, then the others by date and key."""
    first = facts[0]
    assert isinstance(first, Subscribe)
    sale = first.sale
    state = State(_plan(rulebook, first, sale.plan), sale.quantity, False, sale.prices)
    life = Subscription(
        first.id, order, first.at, rulebook.policy, account.anchor or rulebook.policy.anchor, first, state
    )
    for fact in facts[1:]:
        if fact.at >= life.starts and (life.cancelled is None or fact.at < life.cancelled):
            _apply(life, fact, rulebook)
    return life


def _apply(life: Subscription, fact: Event, rulebook: Rulebook) -> None:
    match fact:
        case ChangePlan():
            plan = _plan(rulebook, fact, fact.plan)
            life.change(_effective(life, fact.at, fact.at_period_end), plan)
        case ChangeQuantity():
            life.change(_effective(life, fact.at, False), fact.quantity)
        case ChangePrice():
            life.change(_effective(life, fact.at, False), (fact.charge, fact.model))
        case Suspend():
            life.change(fact.at, fact.pauses)
        case Resume():
            life.change(fact.at, False)
        case ChangeAnchor():
            life.anchor_changes.append((fact.at, fact.day))
            life.calendars.clear()
        case Cancel():
            life.cancelled = life.own_period(fact.at).ends if fact.at_period_end else fact.at
            life.cancelled_at_period_end = fact.at_period_end
        case _:
            pass


def _effective(life: Subscription, at: date, at_period_end: bool) -> date:
    if at_period_end:
        return life.own_period(at).ends
    return life.next_own_boundary(at) if life.policy.on_change == "next_period" else at


def _fold(starts: date, first: State, transitions: Sequence[Transition]) -> tuple[Segment, ...]:
    """The segments; of several transitions of one aspect on a day the last holds."""
    if not transitions:
        return (Segment(starts, FOREVER, first),)
    segments: list[Segment] = []
    begins, state = starts, first
    for change in sorted(transitions, key=lambda change: change.day):
        if change.day > begins:
            segments.append(Segment(begins, change.day, state))
            begins = change.day
        state = change.aspect_changed(state)
    segments.append(Segment(begins, FOREVER, state))
    return tuple(segments)


def _plan(rulebook: Rulebook, fact: Event, code: str) -> Plan:
    plan = rulebook.plans.get(code)
    if plan is None:
        refuse(f"events[{fact.key}].plan", f"there is no plan {code!r}")
    return plan
