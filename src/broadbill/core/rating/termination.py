"""The fee for leaving before the end of the term (fine print 13 and 28)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from broadbill.core.period import Period
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.because import Because, Step
from broadbill.core.rating.cycles import add_months, full_months
from broadbill.core.rating.models.base import in_words
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.plans import Charge
from broadbill.core.rating.prices import price_cuts, price_on
from broadbill.core.rating.proration import length, measure_of
from broadbill.core.rating.rounding import posted
from broadbill.core.rating.timeline import State, Subscription


def termination_fees(
    life: Subscription, account: AccountTerms, *, since: date | None, on: date
) -> tuple[list[Owed], date | None]:
    """The fees due when service was cancelled, and the day a known cancellation brings them."""
    cancelled = life.cancelled
    if cancelled is None:
        return [], None
    state = life.state_on(max(cancelled - timedelta(days=1), life.starts))
    charges = [charge for charge in state.plan.charges.values() if charge.type == "termination_fee"]
    if not charges:
        return [], None
    if cancelled > on:
        return [], cancelled
    if since is not None and cancelled < since:
        return [], None
    found = [fee for charge in charges if (fee := _fee(life, charge, state, cancelled, account)) is not None]
    return found, None


def _fee(
    life: Subscription, charge: Charge, state: State, cancelled: date, account: AccountTerms
) -> Owed | None:
    fee = charge.fee
    assert fee is not None
    own = state.plan.own
    service_ends = life.service_ends(own) if own is not None else cancelled
    term = life.facts.sale.term_months
    term_ends = None if term is None else add_months(life.starts, term)
    if term_ends is not None and service_ends >= term_ends:
        return None
    words: Because = ()
    match fee.type:
        case "remaining_periods":
            if term_ends is None:
                return None
            parts = _left_to_pay(life, state, term_ends, account)
            left = sum((periods * price for price, periods in parts.items()), Fraction(0))
            amount = left * Fraction(fee.percent) / 100
            words = (
                ("term_left", service_ends.isoformat(), term_ends.isoformat()),
                *(_part(periods, price) for price, periods in parts.items()),
                ("fee_of_rest", in_words(left), in_words(fee.percent), in_words(amount)),
            )
        case "declining":
            months = full_months(life.starts, service_ends)
            amount = max(Fraction(fee.amount) - months * Fraction(fee.per_month), Fraction(0))
            figures = (in_words(fee.amount), str(months), in_words(fee.per_month), in_words(amount))
            words = (("fee_declining", *figures),)
        case _:
            amount = Fraction(fee.amount)
            words = (("fee_flat", in_words(fee.amount)),)
    posted_fee = posted(amount, account.currency, life.policy.rounding)
    return Owed(
        subscription=life.id,
        charge=charge.code,
        kind="termination_fee",
        description=charge.description,
        order=(life.order, charge.position),
        due=cancelled,
        period=Period(cancelled, cancelled + timedelta(days=1)),
        starts=cancelled,
        ends=None,
        quantity=Decimal(1),
        unit_amount=posted_fee.amount,
        priced=posted_fee,
        category=charge.tax,
        price="fee",
        because=words if Fraction(posted_fee.amount) == amount else (*words, ("rounded", str(posted_fee))),
    )


def _part(periods: Fraction, price: Fraction) -> Step:
    return ("fee_part", in_words(periods), in_words(price), in_words(periods * price))


def _left_to_pay(
    life: Subscription, state: State, term_ends: date, account: AccountTerms
) -> dict[Fraction, Fraction]:
    """The recurring charges from the end of service to the end of the term: how many periods at which price."""
    parts: dict[Fraction, Fraction] = {}
    for charge in state.plan.charges.values():
        if charge.type == "recurring":
            for price, periods in _charge_left(life, charge, state, term_ends, account):
                parts[price] = parts.get(price, Fraction(0)) + periods
    return parts


def _charge_left(
    life: Subscription, charge: Charge, state: State, term_ends: date, account: AccountTerms
) -> Iterator[tuple[Fraction, Fraction]]:
    """Each price of the rest of the term with the part of a period at it."""
    calendar = life.calendar(charge)
    charging = life.charging_starts(charge)
    moment = max(life.service_ends(charge), charging)
    if life.policy.proration == "none" and calendar.span(moment).starts < moment:
        moment = calendar.span(moment).ends
    agreed = state.agreed_price(charge.code)
    units = state.quantity if charge.by_quantity else Decimal(1)
    measure = measure_of(life.policy.proration, charge.cycle)
    while moment < term_ends:
        span, whole = calendar.span(moment), calendar.anchored(moment)
        ends = min(span.ends, term_ends)
        index = calendar.distance(charging, moment) - charge.free_periods
        if index >= 0:
            base = max(length(measure, whole.starts, whole.ends, account.timezone), 1)
            edges = [moment, *price_cuts(life, charge, agreed, index, moment, ends), ends]
            for a, b in itertools.pairwise(edges):
                price = price_on(life, charge, agreed, index, a, account.currency)
                part = Fraction(length(measure, a, b, account.timezone), base)
                yield price.model.whole(units), Fraction(1) if life.policy.proration == "none" else part
        moment = span.ends
