"""Minimum spend: what a plan's lines of a period fall short of the commitment (fine print 7 and 19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from broadbill.core.money import Money
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.because import Because
from broadbill.core.rating.models.base import in_ratio, in_words
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.prices import price_on
from broadbill.core.rating.proration import length, measure_of
from broadbill.core.rating.rounding import posted
from broadbill.core.rating.spans import Stretch, cycling_of

COUNTED = ("recurring", "usage")


def commitment_line(stretch: Stretch, lines: Sequence[Owed], account: AccountTerms) -> Owed | None:
    """The shortfall of one stretch; None where enough was spent.

    It counts the lines as priced whose `starts` lies in the stretch, before discounts.
    """
    life, charge, currency = stretch.life, stretch.charge, account.currency
    price = price_on(life, charge, stretch.agreed, stretch.index, stretch.starts, currency)
    whole = price.model.whole(Decimal(1))
    share = active_share(stretch, account)
    committed = posted(whole * share, currency, life.policy.rounding)
    spent = Money(
        sum(
            line.priced.minor
            for line in lines
            if line.subscription == life.id
            and _counts(stretch, line)
            and line.starts is not None
            and stretch.starts <= line.starts < stretch.ends
        ),
        currency,
    )
    short = committed - spent
    if short.minor <= 0:
        return None
    days = (stretch.starts.isoformat(), stretch.ends.isoformat())
    return Owed(
        subscription=life.id,
        charge=charge.code,
        kind="commitment",
        description=charge.description,
        order=(life.order, charge.position),
        due=stretch.due,
        period=stretch.whole,
        starts=stretch.starts,
        ends=stretch.ends,
        quantity=None,
        unit_amount=None,
        priced=short,
        category=charge.tax,
        price=in_words(whole),
        because=(
            *price.because,
            *_prorated(whole, share, committed),
            ("commitment", str(committed), *days, str(spent), str(short)),
        ),
        cycle=cycling_of(stretch),
    )


def _prorated(whole: Fraction, share: Fraction, committed: Money) -> Because:
    """How the commitment of a part of a period came about."""
    if share == 1:
        return ()
    return (("commitment_prorated", in_words(whole), in_ratio(share), str(committed)),)


def _counts(stretch: Stretch, line: Owed) -> bool:
    covers = stretch.charge.covers
    if covers is not None:
        return line.charge in covers and line.charge in stretch.plan.charges
    return line.kind in COUNTED and line.charge in stretch.plan.charges


def active_share(stretch: Stretch, account: AccountTerms) -> Fraction:
    """The part of the whole period in which recurring charges run: a pause stops the commitment too."""
    policy = stretch.life.policy
    spans = _active(stretch)
    if policy.proration == "none":
        return Fraction(1 if spans else 0)
    measure = measure_of(policy.proration, stretch.charge.cycle)
    whole = length(measure, stretch.whole.starts, stretch.whole.ends, account.timezone)
    return Fraction(sum(length(measure, a, b, account.timezone) for a, b in spans), max(whole, 1))


def _active(stretch: Stretch) -> list[tuple[date, date]]:
    found: list[tuple[date, date]] = []
    for segment in stretch.life.segments:
        starts, ends = max(segment.starts, stretch.starts), min(segment.ends, stretch.ends)
        if starts < ends and not segment.state.paused:
            if found and found[-1][1] == starts:
                found[-1] = (found[-1][0], ends)
            else:
                found.append((starts, ends))
    return found
