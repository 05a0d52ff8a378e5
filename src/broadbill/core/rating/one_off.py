"""One-off charges, due once per subscription and code when a plan that has them is entered (fine print 13)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from broadbill.core.period import Period
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.models.simple import Flat
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.prices import price_on
from broadbill.core.rating.rounding import plain, posted
from broadbill.core.rating.timeline import ONE_DAY, Subscription


def one_offs(
    life: Subscription, account: AccountTerms, *, since: date | None, on: date
) -> tuple[list[Owed], date | None]:
    """The one-off charges due from `since` to `on`, and the day the next known one falls due."""
    found: list[Owed] = []
    upcoming: list[date] = []
    entered: set[str] = set()
    for segment in life.segments:
        day = segment.starts
        if life.cancelled is not None and day >= life.cancelled and day > life.starts:
            break
        for charge in segment.state.plan.charges.values():
            if charge.type != "one_off" or charge.code in entered:
                continue
            entered.add(charge.code)
            if day > on:
                upcoming.append(day)
                continue
            if since is not None and day < since:
                continue
            price = price_on(life, charge, segment.state.agreed_price(charge.code), 0, day, account.currency)
            units = Decimal(1) if isinstance(price.model, Flat) else segment.state.quantity
            whole = price.model.whole(units)
            amount = posted(whole, account.currency, life.policy.rounding)
            unit = price.model.unit_price(units)
            words = (
                ()
                if unit is None
                else (("whole_amount", plain(units), plain(unit, account.currency.digits), str(amount)),)
            )
            found.append(
                Owed(
                    subscription=life.id,
                    charge=charge.code,
                    kind="one_off",
                    description=charge.description,
                    order=(life.order, charge.position),
                    due=day,
                    period=Period(day, day + ONE_DAY),
                    starts=day,
                    ends=None,
                    quantity=units,
                    unit_amount=unit,
                    priced=amount,
                    category=charge.tax,
                    price=str(whole),
                    because=(*price.because, ("once", day.isoformat()), *words),
                )
            )
    return found, min(upcoming, default=None)
