"""Credits for outages: so much an hour or day begun, or a step by the outage's length (fine print 6 and 28)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.because import Because, Step
from broadbill.core.rating.events import Outage
from broadbill.core.rating.models.base import in_words
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.plans import Charge
from broadbill.core.rating.policy import Policy
from broadbill.core.rating.prices import price_on
from broadbill.core.rating.proration import local_midnight
from broadbill.core.rating.rounding import posted
from broadbill.core.rating.timeline import FOREVER, Subscription

HOUR = timedelta(hours=1)
PRICE = "outage"


@dataclass(slots=True, eq=False)
class OutageRating:
    """Gives the credits of an account's outages on the lines it owes, discounts and earlier credits included."""

    account: AccountTerms
    policy: Policy
    owed: list[Owed]

    def credit(self, outage: Outage, life: Subscription) -> list[Owed]:
        """The credits of one outage on one subscription; they are added to what is owed."""
        zone = self.account.timezone
        starts = max(outage.starts, _instant(life.starts, zone))
        if starts >= outage.ends or (
            life.cancelled is not None and starts >= _instant(self._stops(life), zone)
        ):
            return []
        minutes = Fraction((outage.ends - starts) // timedelta(microseconds=1), 60 * 10**6)
        if minutes < Fraction(outage.credit.min_minutes):
            return []
        first_day = starts.astimezone(ZoneInfo(zone)).date()
        plan = life.state_on(first_day).plan
        found: list[Owed] = []
        for code in outage.credit.of:
            charge = plan.charges.get(code)
            if charge is None or charge.type != "recurring":
                continue
            price = self._price(life, charge, first_day)
            if outage.credit.steps:
                given = self._by_step(outage, life, charge, price, minutes, first_day)
            else:
                given = self._by_unit(outage, life, charge, price, starts)
            for period, amount, words in given:
                line = self._line(outage, life, charge, period, amount, words, first_day)
                if line is not None:
                    found.append(line)
                    self.owed.append(line)
        return found

    def _stops(self, life: Subscription) -> date:
        state = life.state_on(life.cancelled or life.starts)
        return max((life.service_ends(c) for c in state.plan.charges.values()), default=FOREVER)

    def _price(self, life: Subscription, charge: Charge, day: date) -> Fraction:
        """The whole period's price in force when the outage begins."""
        state = life.state_on(day)
        index = max(
            life.calendar(charge).distance(life.charging_starts(charge), day) - charge.free_periods, 0
        )
        agreed = state.agreed_price(charge.code)
        price = price_on(life, charge, agreed, index, day, self.account.currency)
        return price.model.whole(state.quantity if charge.by_quantity else Decimal(1))

    def _by_step(
        self,
        outage: Outage,
        life: Subscription,
        charge: Charge,
        price: Fraction,
        minutes: Fraction,
        day: date,
    ) -> list[tuple[Period, Fraction, Because]]:
        reached = [
            percent for from_minutes, percent in outage.credit.steps if Fraction(from_minutes) <= minutes
        ]
        if not reached:
            return []
        amount = price * Fraction(reached[-1]) / 100
        words = ("outage_step", in_words(minutes), in_words(reached[-1]), in_words(price), in_words(amount))
        return [(life.calendar(charge).anchored(day), amount, (words,))]

    def _by_unit(
        self, outage: Outage, life: Subscription, charge: Charge, price: Fraction, starts: datetime
    ) -> list[tuple[Period, Fraction, Because]]:
        zone = ZoneInfo(self.account.timezone)
        calendar = life.calendar(charge)
        counts: dict[Period, int] = {}
        for begun in self._units(outage, starts, zone):
            period = calendar.anchored(begun.astimezone(zone).date())
            counts[period] = counts.get(period, 0) + 1
        found: list[tuple[Period, Fraction, Because]] = []
        for period, begun_units in counts.items():
            most = outage.credit.max_units
            units = begun_units if most is None else min(begun_units, most)
            value = price / self._units_of(period, outage) * Fraction(outage.credit.multiple)
            days = (period.starts.isoformat(), period.ends.isoformat())
            divided = (in_words(price), in_words(self._units_of(period, outage)))
            words: list[Step] = [(f"outage_{outage.credit.per}", *days, *divided)]
            if outage.credit.multiple != 1:
                words.append(("outage_multiple", in_words(outage.credit.multiple)))
            figures = (str(units), in_words(value), in_words(units * value))
            words.append(("outage_units", starts.astimezone(zone).date().isoformat(), *figures))
            found.append((period, units * value, tuple(words)))
        return found

    def _units(self, outage: Outage, starts: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """The instants at which an hour (elapsed) or a day (24 hours of local clock) begins."""
        number = 0
        wall = starts.astimezone(zone)
        while True:
            if outage.credit.per == "hour":
                begins = starts + number * HOUR
            else:
                begins = (wall + timedelta(days=number)).astimezone(UTC)
            if begins >= outage.ends:
                return
            yield begins
            number += 1

    def _units_of(self, period: Period, outage: Outage) -> Fraction:
        if outage.credit.per == "day":
            return Fraction(period.days)
        zone = self.account.timezone
        return Fraction(local_midnight(period.ends, zone) - local_midnight(period.starts, zone), 3600)

    def _line(
        self,
        outage: Outage,
        life: Subscription,
        charge: Charge,
        period: Period,
        exact: Fraction,
        words: Because,
        day: date,
    ) -> Owed | None:
        """The credit, never more than what the period cost and earlier credits left of it."""
        currency = self.account.currency
        lines = [
            line
            for line in self.owed
            if line.subscription == life.id and line.charge == charge.code and line.period == period
        ]
        left = sum(line.priced.minor for line in lines)
        amount = posted(exact, currency, self.policy.rounding)
        if amount.minor > left:
            amount = Money(left, currency)
            words = (*words, ("outage_limited", str(amount)))
        elif Fraction(amount.amount) != exact:
            words = (*words, ("rounded", str(amount)))
        if amount.minor <= 0:
            return None
        last = outage.ends.astimezone(ZoneInfo(self.account.timezone))
        return Owed(
            subscription=life.id,
            charge=charge.code,
            kind="outage",
            description=charge.description,
            order=(life.order, charge.position),
            due=max(outage.at, min(line.due for line in lines)),
            period=period,
            starts=max(day, period.starts),
            ends=min(max(last.date(), day) + timedelta(days=1), max(period.ends, day + timedelta(days=1))),
            quantity=None,
            unit_amount=None,
            priced=-amount,
            category=charge.tax,
            price=PRICE,
            because=words,
            source=f"event:{outage.key}",
            parts=charge.parts,
        )


def outage_credits(
    outages: Sequence[Outage],
    lives: Sequence[Subscription],
    owed: Sequence[Owed],
    account: AccountTerms,
    policy: Policy,
) -> list[Owed]:
    """The credits of all outages, in their order."""
    rating = OutageRating(account, policy, list(owed))
    found: list[Owed] = []
    for outage in outages:
        for life in lives:
            if outage.id is None or outage.id == life.id:
                found.extend(rating.credit(outage, life))
    return found


def _instant(day: date, zone: str) -> datetime:
    return datetime.fromtimestamp(local_midnight(day, zone), UTC)
