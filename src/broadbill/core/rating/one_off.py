"""One-off charges and deposits: due once per subscription and code, when a plan that has them is entered.

A deposit is a liability outside tax; it is returned on cancel unless it is kept. Fine print 8 and 13.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from broadbill.core.period import Period
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.models.simple import Flat
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.plans import Charge
from broadbill.core.rating.prices import price_on
from broadbill.core.rating.rounding import plain, posted
from broadbill.core.rating.timeline import ONE_DAY, Segment, Subscription

ONCE = ("one_off", "deposit")
RETURNED = "returned"


def one_offs(
    life: Subscription, account: AccountTerms, *, since: date | None, on: date
) -> tuple[list[Owed], date | None]:
    """What is due once from `since` to `on`, and the day the next known of it falls due."""
    found: list[Owed] = []
    upcoming: list[date] = []
    for segment, charge in entered(life, ONCE):
        if segment.starts > on:
            upcoming.append(segment.starts)
            continue
        line = _line(life, segment, charge, account)
        found.append(line)
        if charge.type == "deposit" and not charge.keep and life.cancelled is not None:
            if life.cancelled > on:
                upcoming.append(life.cancelled)
            else:
                found.append(_returned(line, life.cancelled))
    return [line for line in found if since is None or line.due >= since], min(upcoming, default=None)


def entered(life: Subscription, types: Sequence[str]) -> Iterator[tuple[Segment, Charge]]:
    """The charges of some types, each code once, with the segment in which a plan that has it is entered."""
    codes: set[str] = set()
    for segment in life.segments:
        day = segment.starts
        if life.cancelled is not None and day >= life.cancelled and day > life.starts:
            return
        for charge in segment.state.plan.charges.values():
            if charge.type in types and charge.code not in codes:
                codes.add(charge.code)
                yield segment, charge


def _line(life: Subscription, segment: Segment, charge: Charge, account: AccountTerms) -> Owed:
    """The amount: a flat one once, any other for the subscription's quantity on the day."""
    day = segment.starts
    price = price_on(life, charge, segment.state.agreed_price(charge.code), 0, day, account.currency)
    units = Decimal(1) if isinstance(price.model, Flat) else segment.state.quantity
    whole = price.model.whole(units)
    amount = posted(whole, account.currency, life.policy.rounding)
    unit = price.model.unit_price(units)
    deposit = charge.type == "deposit"
    head = ("deposit_held", day.isoformat()) if deposit else ("once", day.isoformat())
    words = (
        ()
        if unit is None
        else (("whole_amount", plain(units), plain(unit, account.currency.digits), str(amount)),)
    )
    return Owed(
        subscription=life.id,
        charge=charge.code,
        kind=charge.type,
        description=charge.description,
        order=(life.order, charge.position),
        due=day,
        period=Period(day, day + ONE_DAY),
        starts=day,
        ends=None,
        quantity=units,
        unit_amount=unit,
        priced=amount,
        category=None if deposit else charge.tax,
        price=str(whole),
        because=(*price.because, head, *words),
        parts=charge.parts,
    )


def _returned(line: Owed, day: date) -> Owed:
    return Owed(
        subscription=line.subscription,
        charge=line.charge,
        kind="deposit",
        description=line.description,
        order=line.order,
        due=day,
        period=line.period,
        starts=day,
        ends=None,
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        priced=-line.priced,
        category=None,
        price=line.price,
        because=(("deposit_returned", day.isoformat()),),
        source=RETURNED,
    )
