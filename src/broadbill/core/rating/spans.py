"""Stretches of metered charges and commitments: their periods cut where plan or price changes.

Neither quantity nor a pause cuts them (fine print 14 and 19); they are always billed when they have ended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

from broadbill.core.period import Period
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.cycles import Calendar
from broadbill.core.rating.owed import Cycling
from broadbill.core.rating.plans import Charge, Plan, Price
from broadbill.core.rating.prices import in_force, price_cuts
from broadbill.core.rating.pricing import as_terms
from broadbill.core.rating.proration import length, measure_of
from broadbill.core.rating.runs import Run
from broadbill.core.rating.timeline import FOREVER, ONE_DAY, Subscription
from broadbill.core.rating.usage.terms import UsageTerms

WHOLE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days `[starts, ends)` of one period at one price and plan.

    `index` is the period's number, free periods taken off (negative while free). `until` is the day before
    which usage still belongs here: a day after `ends` when that is the day of cancelling. `unbroken` says that
    the stretch before it ended with its period and under the same plan. `empty` marks a subscription
    cancelled on its first day: owed only if there are records.
    """

    life: Subscription
    charge: Charge
    plan: Plan
    agreed: Price | None
    price: Price
    whole: Period
    index: int
    starts: date
    ends: date
    until: date
    due: date
    unbroken: bool
    empty: bool = False

    def share(self, account: AccountTerms) -> Fraction:
        """The part of the whole anchored period these days are; whole where nothing is prorated."""
        policy = self.life.policy
        is_whole = self.starts == self.whole.starts and self.ends == self.whole.ends
        if is_whole or policy.proration == "none":
            return WHOLE
        measure = measure_of(policy.proration, self.charge.cycle)
        whole = length(measure, self.whole.starts, self.whole.ends, account.timezone)
        return Fraction(length(measure, self.starts, self.ends, account.timezone), max(whole, 1))


def stretches_of(
    life: Subscription, run: Run, account: AccountTerms, *, since: date | None, on: date
) -> tuple[list[Stretch], date | None]:
    """The stretches of periods begun by `on`, and when the next one will fall due."""
    charge = run.charge
    calendar = life.calendar(charge)
    charging = life.charging_starts(charge)
    begins = max(run.starts, charging)
    ends = min(run.ends, life.service_ends(charge))
    if ends <= begins:
        return _of_first_day(life, run, calendar, begins), None
    found: list[Stretch] = []
    moment = begins if since is None else max(begins, since - ONE_DAY)
    while moment < ends:
        span = calendar.span(moment)
        if span.starts > on:
            return found, span.ends
        found.extend(
            _in_period(life, run, account, calendar, max(begins, span.starts), min(ends, span.ends), found)
        )
        moment = span.ends
    return found, None


def _in_period(
    life: Subscription,
    run: Run,
    account: AccountTerms,
    calendar: Calendar,
    begins: date,
    ends: date,
    before: list[Stretch],
) -> list[Stretch]:
    found: list[Stretch] = []
    index = calendar.distance(life.charging_starts(run.charge), begins) if begins > life.starts else 0
    for segment, charge in run.parts:
        starts, stops = max(segment.starts, begins), min(segment.ends, ends)
        if starts >= stops:
            continue
        agreed = segment.state.agreed_price(charge.code)
        counted = index - charge.free_periods
        cuts = price_cuts(life, charge, agreed, counted, starts, stops) if charge.price_moves else []
        for a, b in pairwise([starts, *cuts, stops]):
            until, due = _last_day(life, run.charge, b)
            price = in_force(life, charge, agreed, counted, a, account.currency)[0]
            last = found[-1] if found else (before[-1] if before else None)
            same_plan = last is not None and last.charge is charge
            if found and same_plan and same_price(found[-1].price, price):
                found[-1] = replace(found[-1], ends=b, until=until, due=due)
                continue
            whole = calendar.anchored(a)
            plan = segment.state.plan
            unbroken = not found and same_plan
            found.append(
                Stretch(life, charge, plan, agreed, price, whole, counted, a, b, until, due, unbroken)
            )
    return found


def same_price(one: Price, other: Price) -> bool:
    """Whether two prices are the same, however they were agreed."""
    if isinstance(one, UsageTerms) or isinstance(other, UsageTerms):
        a, b = as_terms(one), as_terms(other)
        return a.name == b.name or replace(a, name="") == replace(b, name="")
    return one == other


def _last_day(life: Subscription, charge: Charge, ends: date) -> tuple[date, date]:
    """Until when usage belongs to a stretch, and when it is billed: the day of cancelling belongs to the last one."""
    cancelled = life.cancelled
    if cancelled is None or life.cancelled_at_period_end or ends != life.service_ends(charge):
        return ends, ends
    if ends not in (cancelled, cancelled + ONE_DAY):
        return ends, ends
    return cancelled + ONE_DAY, ends if life.policy.on_cancel == "none" else cancelled


def _of_first_day(life: Subscription, run: Run, calendar: Calendar, begins: date) -> list[Stretch]:
    """The day of a subscription that was cancelled on the day it started."""
    cancelled = life.cancelled
    if (
        cancelled != life.starts
        or begins != life.starts
        or life.cancelled_at_period_end
        or run.ends == begins
    ):
        return []
    segment, charge = run.parts[0]
    if segment.starts != life.starts or segment.ends == segment.starts:
        return []
    agreed = segment.state.agreed_price(charge.code)
    return [
        Stretch(
            life,
            charge,
            segment.state.plan,
            agreed,
            charge.model,
            calendar.anchored(begins),
            -charge.free_periods,
            begins,
            begins,
            begins + ONE_DAY,
            begins,
            unbroken=False,
            empty=True,
        )
    ]


def cycling_of(stretch: Stretch) -> Cycling:
    """How the periods of a stretch's charge are counted."""
    life, charge = stretch.life, stretch.charge
    measure = measure_of(life.policy.proration, charge.cycle)
    calendar = life.calendar(charge)
    return Cycling(calendar, life.charging_starts(charge), charge.free_periods, measure)


def usage_until(life: Subscription, meter: str) -> date:
    """The first day on which usage of a meter belongs to no service any more."""
    if life.cancelled is None:
        return FOREVER
    if life.cancelled_at_period_end and life.policy.on_cancel != "none":
        return life.cancelled
    charges = [
        charge
        for charge in life.state_on(life.cancelled).plan.charges.values()
        if charge.type == "usage" and charge.meter == meter
    ]
    ends = [life.service_ends(charge) for charge in charges]
    day = life.cancelled if life.cancelled_at_period_end else life.cancelled + ONE_DAY
    return max([*ends, day])
