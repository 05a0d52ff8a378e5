"""The price in force on a day (fine print 12): agreed, else introductory, else the list price of the day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from broadbill.core.money import Currency, Rounding
from broadbill.core.rating.because import Because, Step
from broadbill.core.rating.cycles import add_months, full_months
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models.base import Model
from broadbill.core.rating.plans import Charge, Price, PriceChange
from broadbill.core.rating.pricing import as_terms
from broadbill.core.rating.rounding import plain, posted
from broadbill.core.rating.timeline import Subscription
from broadbill.core.rating.usage.terms import UsageTerms

WORDS = {False: "list_price_from", True: "list_price_of_new"}


class Priced(NamedTuple):
    """The model of a quantity in force and the words that say why it is this one."""

    model: Model
    because: Because = ()


class UsagePriced(NamedTuple):
    """The usage terms in force and the words that say why they are these."""

    terms: UsageTerms
    because: Because = ()


def price_on(
    life: Subscription, charge: Charge, agreed: Price | None, index: int, day: date, currency: Currency
) -> Priced:
    """The price of a charge that is not metered, on a day.

    Args:   `agreed` is the price agreed for the subscription; `index` counts the charge's periods from 0,
            free periods taken off.
    Raises: ScenarioError when a usage price was agreed for it.
    """
    price, because = in_force(life, charge, agreed, index, day, currency)
    if isinstance(price, UsageTerms):
        refuse(f"subscription {life.id}: {charge.code}", "has an agreed price that is for usage")
    return Priced(price, because)


def usage_price_on(
    life: Subscription, charge: Charge, agreed: Price | None, index: int, day: date, currency: Currency
) -> UsagePriced:
    """The price of a metered charge on a day, as `price_on`."""
    price, because = in_force(life, charge, agreed, index, day, currency)
    return UsagePriced(as_terms(price), because)


def in_force(
    life: Subscription, charge: Charge, agreed: Price | None, index: int, day: date, currency: Currency
) -> tuple[Price, Because]:
    """The price of any charge on a day, and why it is this one."""
    model = charge.model
    because: Because = ()
    if agreed is not None:
        model, because = agreed, (("agreed_price",),)
    elif (phase := phase_at(charge, index)) is not None:
        model, because = phase[0], (phase[1],)
    else:
        for change in charge.price_changes:
            if _reaches(life, charge, change, day):
                model, because = change.model, ((WORDS[change.for_new], change.begins.isoformat()),)
    if charge.indexation is None:
        return model, because
    times = 0
    while effective(life, anniversary(life, charge, times + 1)) <= day:
        times += 1
    if times == 0:
        return model, because
    return _indexed(model, charge.indexation.percent, times, currency, life.policy.rounding, because)


def _reaches(life: Subscription, charge: Charge, change: PriceChange, day: date) -> bool:
    """Whether a change of the list price holds for the subscription on a day."""
    if change.for_new:
        return change.begins <= life.came_to(charge, day)
    return effective(life, change.begins) <= day


def phase_at(charge: Charge, index: int) -> tuple[Price, Step] | None:
    """The introductory price of the charge's period with this number, counted from 0."""
    left = index
    for phase in charge.phases:
        if left < phase.periods:
            return phase.model, ("phase_price", str(left + 1), str(phase.periods))
        left -= phase.periods
    return None


def price_cuts(
    life: Subscription, charge: Charge, agreed: Price | None, index: int, starts: date, ends: date
) -> list[date]:
    """The days inside `[starts, ends)` on which the list price moves by itself."""
    cuts: set[date] = set()
    if agreed is None and phase_at(charge, index) is None:
        cuts.update(effective(life, change.begins) for change in charge.price_changes if not change.for_new)
    if charge.indexation is not None:
        every = charge.indexation.every_months
        times = max(full_months(life.starts, starts) // every - 1, 1)
        while (day := effective(life, anniversary(life, charge, times))) < ends:
            cuts.add(day)
            times += 1
    return sorted(cut for cut in cuts if starts < cut < ends)


def anniversary(life: Subscription, charge: Charge, times: int) -> date:
    assert charge.indexation is not None
    return add_months(life.starts, charge.indexation.every_months * times)


def effective(life: Subscription, day: date) -> date:
    """When a list price that is announced from a day reaches this subscription (fine print 10)."""
    if life.policy.on_change == "next_period" and day > life.starts:
        return life.next_own_boundary(day)
    return day


@lru_cache(maxsize=4096)
def _indexed(
    model: Price, percent: Decimal, times: int, currency: Currency, rounding: Rounding, because: Because
) -> tuple[Price, Because]:
    factor = (1 + Fraction(percent) / 100) ** times
    steps: list[Step] = list(because)

    def reprice(price: Decimal) -> Decimal:
        indexed = posted(Fraction(price) * factor, currency, rounding).amount
        steps.append(
            (
                "indexed",
                plain(price, currency.digits),
                plain(percent),
                str(times),
                plain(indexed, currency.digits),
            )
        )
        return indexed

    return model.repriced(reprice), tuple(steps)
