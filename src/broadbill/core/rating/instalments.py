"""Sale by instalments: a whole price in equal parts, one each period counted from the day of the sale.

The plan is entered like a one-off charge: once per subscription and code. From then on neither a pause, a change of
plan nor proration touches it; cancelling makes the rest due at once, or stops it (docs/decisions/0015).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.because import Because, Step
from broadbill.core.rating.one_off import entered
from broadbill.core.rating.owed import ONE_DAY, Owed
from broadbill.core.rating.plans import Charge
from broadbill.core.rating.prices import price_on
from broadbill.core.rating.rounding import plain, posted
from broadbill.core.rating.timeline import Segment, Subscription


@dataclass(frozen=True, slots=True)
class Sale:
    """What was sold on a day: its whole price, in instalments that add up to it, and the day each falls due."""

    life: Subscription
    charge: Charge
    whole: Money
    amounts: tuple[Money, ...]
    days: tuple[date, ...]
    price: str
    because: Because

    @staticmethod
    def of(life: Subscription, segment: Segment, charge: Charge, account: AccountTerms) -> Sale:
        """The sale on the first day of a segment, at the price and quantity of that day."""
        day, currency = segment.starts, account.currency
        price = price_on(life, charge, segment.state.agreed_price(charge.code), 0, day, currency)
        units = segment.state.quantity if charge.by_quantity else Decimal(1)
        exact = price.model.whole(units)
        whole = posted(exact, currency, life.policy.rounding)
        unit = price.model.unit_price(units)
        words: Because = ()
        if unit is not None:
            words = (("whole_amount", plain(units), plain(unit, currency.digits), str(whole)),)
        return Sale(
            life,
            charge,
            whole,
            whole.split([1] * charge.instalments),
            tuple(charge.cycle.later(day, times) for times in range(charge.instalments)),
            price=str(exact),
            because=(*price.because, *words),
        )

    def owed(self) -> Iterator[Owed]:
        """The instalments in the order they fall due; the rest as one where cancelling makes it due.

        The first is due with the sale itself, whatever follows on that day.
        """
        cancelled, count = self.life.cancelled, len(self.days)
        for number, (day, amount) in enumerate(zip(self.days, self.amounts, strict=True), start=1):
            if cancelled is not None and day >= cancelled and number > 1:
                if not self.charge.stops_on_cancel:
                    yield self._rest(number, cancelled)
                return
            step = ("instalment", str(number), str(count), str(self.whole), str(amount))
            yield self._line(str(number), day, amount, step)

    def _rest(self, number: int, cancelled: date) -> Owed:
        """All instalments from one on, due on the day of cancelling."""
        last, currency = len(self.days), self.whole.currency
        amount = sum(self.amounts[number - 1 :], currency.zero)
        numbers = str(number) if number == last else f"{number}-{last}"
        step = ("instalments_rest", str(self.whole), str(self.whole - amount), str(amount))
        return self._line(numbers, cancelled, amount, step)

    def _line(self, numbers: str, due: date, amount: Money, step: Step) -> Owed:
        charge = self.charge
        return Owed(
            subscription=self.life.id,
            charge=charge.code,
            kind="instalments",
            description=f"{charge.description} {numbers}/{len(self.days)}",
            order=(self.life.order, charge.position),
            due=due,
            period=Period(due, due + ONE_DAY),
            starts=due,
            ends=None,
            quantity=Decimal(1),
            unit_amount=amount.amount,
            priced=amount,
            category=charge.tax,
            price=self.price,
            because=(*self.because, step),
            parts=charge.parts,
        )


def instalments(
    life: Subscription, account: AccountTerms, *, since: date | None, on: date
) -> tuple[list[Owed], date | None]:
    """The instalments that fall due from `since` to `on`, and the day of the next."""
    found: list[Owed] = []
    upcoming: list[date] = []
    for segment, charge in entered(life, ("instalments",)):
        for line in Sale.of(life, segment, charge, account).owed():
            if line.due > on:
                upcoming.append(line.due)
                break
            if since is None or line.due >= since:
                found.append(line)
    return found, min(upcoming, default=None)
