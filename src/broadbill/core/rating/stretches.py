"""The amount of one stretch at one price: pure, small and remembered, since accounts share most stretches."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from broadbill.core.money import Currency, Money, Rounding
from broadbill.core.rating.because import Because, Step
from broadbill.core.rating.models.base import Model, in_words
from broadbill.core.rating.prices import Priced
from broadbill.core.rating.rounding import plain, posted

MEASURED = {"day": "days_of_period", "second": "seconds_of_period", "month30": "days30_of_period"}


class Share(NamedTuple):
    """How much of a whole period's price some days owe: `part` of `whole`, in days or seconds.

    `note` says it where the whole is charged although the days are fewer.
    """

    part: int
    whole: int
    measure: str = "day"
    note: Step | None = None


class Rated(NamedTuple):
    """A rated stretch: the posted amount as priced, and how it came about."""

    priced: Money
    quantity: Decimal
    unit_amount: Decimal | None
    price: str
    because: Because


@lru_cache(maxsize=32768)
def rate_stretch(
    price: Priced,
    quantity: Decimal,
    share: Share,
    starts: date,
    ends: date,
    currency: Currency,
    rounding: Rounding,
) -> Rated:
    """Price × share, rounded once.

    Rounding: `policy.rounding`, to the currency's minor unit.
    Source:   docs/algorithms/proration.md.
    """
    return rate_amount(price, quantity, None, share, starts, ends, currency, rounding)


def rate_amount(
    price: Priced,
    units: Decimal,
    less: Decimal | None,
    share: Share,
    starts: date,
    ends: date,
    currency: Currency,
    rounding: Rounding,
) -> Rated:
    """The share of a whole period's exact amount, rounded once.

    Args: `less` is set for units added: the amount is that of all `units` less that of so many.
    """
    model = price.model
    quantity, whole = units, model.whole(units)
    if less is not None:
        quantity, whole = units - less, whole - model.whole(less)
    amount = posted(whole * share.part / share.whole, currency, rounding)
    unit = model.unit_price(quantity)
    if less is not None and unit is not None and whole != Fraction(unit) * Fraction(quantity):
        unit = None
    days = (starts.isoformat(), ends.isoformat())
    steps: list[Step] = list(price.because)
    part, base = str(share.part), str(share.whole)
    if share.note is not None:
        steps.append(share.note)
    if share.part == share.whole:
        step: Step = ("whole_period" if share.note is None else "charged_whole", *days)
        if step != share.note:
            steps.append(step)
        if unit is not None:
            steps.append(("whole_amount", plain(quantity), plain(unit, currency.digits), str(amount)))
        else:
            steps.extend(_of_whole(model, units, less))
    else:
        steps.append((MEASURED[share.measure], *days, part, base))
        if unit is not None:
            steps.append(
                ("part_amount", plain(quantity), plain(unit, currency.digits), part, base, str(amount))
            )
        else:
            steps.extend(_of_whole(model, units, less))
            steps.append(
                ("part_of_whole", plain(Decimal(in_words(whole)), currency.digits), part, base, str(amount))
            )
    return Rated(amount, quantity, unit, str(whole), tuple(steps))


def _of_whole(model: Model, units: Decimal, less: Decimal | None) -> Because:
    """How the whole period's amount came about, where no price of one unit says it."""
    words = model.used(Fraction(units))[1]
    if less is None:
        return words
    all_units, others = model.whole(units), model.whole(less)
    taken = ("units_added", in_words(all_units), in_words(others), in_words(all_units - others))
    return (*words, *model.used(Fraction(less))[1], taken)
