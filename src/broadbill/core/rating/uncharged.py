"""Lines of 0.00 for trial days and free periods, where a charge asks for them to be shown (`show_zero`)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.because import Step
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.runs import Run
from broadbill.core.rating.timeline import Subscription


def uncharged(
    life: Subscription, run: Run, account: AccountTerms, *, since: date | None, on: date
) -> tuple[list[Owed], date | None]:
    """The shown lines of nothing due from `since` to `on`, and the day the next one is."""
    charge = run.charge
    if not charge.show_zero:
        return [], None
    calendar = life.calendar(charge)
    trial_ends = life.charging_starts(charge)
    free_from = trial_ends
    if charge.type == "recurring" and life.policy.first_period == "free":
        first = calendar.span(trial_ends)
        free_from = trial_ends if first.starts == trial_ends else first.ends
    free_until = free_from
    for _ in range(charge.free_periods):
        free_until = calendar.span(free_until).ends
    found: list[Owed] = []
    moment, ends = run.starts, min(run.ends, life.service_ends(charge), free_until)
    while moment < ends:
        stop = min(calendar.span(moment).ends, ends)
        words: Step
        if moment < trial_ends:
            stop, words = min(stop, trial_ends), ("trial", trial_ends.isoformat())
        elif moment < free_from:
            stop, words = min(stop, free_from), ("free_first",)
        else:
            number = calendar.distance(free_from, moment) + 1
            words = ("free_period", str(number), str(charge.free_periods))
        due = moment if charge.in_advance else stop
        if due > on:
            return found, due
        if since is None or due >= since:
            found.append(_line(life, run, account, calendar.anchored(moment), moment, stop, due, words))
        moment = stop
    return found, None


def _line(
    life: Subscription,
    run: Run,
    account: AccountTerms,
    period: Period,
    starts: date,
    ends: date,
    due: date,
    words: Step,
) -> Owed:
    charge = run.charge
    return Owed(
        subscription=life.id,
        charge=charge.code,
        kind=charge.type,
        description=charge.description,
        order=(life.order, charge.position),
        due=due,
        period=period,
        starts=starts,
        ends=ends,
        quantity=None,
        unit_amount=Decimal(0),
        priced=Money(0, account.currency),
        category=charge.tax,
        price="free",
        because=(words,),
        shown_at_zero=True,
        parts=charge.parts,
    )
