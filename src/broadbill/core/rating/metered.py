"""Metered charges: which records belong to which stretch, what allowances cover, what is owed.

Allowances of one charge roll over from period to period; those of a pool are added up and spent by the
records of all members, oldest first (fine print 15, 19 and 25).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from operator import attrgetter

from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.because import Because, Step
from broadbill.core.rating.lines import Rejected
from broadbill.core.rating.models.base import in_ratio, in_words
from broadbill.core.rating.models.records import Window
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.prices import usage_price_on
from broadbill.core.rating.proration import local_midnight
from broadbill.core.rating.rounding import posted
from broadbill.core.rating.spans import Stretch, cycling_of, usage_until
from broadbill.core.rating.timeline import FOREVER, Subscription
from broadbill.core.rating.usage.allowance import Lot, carried_over, spend
from broadbill.core.rating.usage.terms import UsageTerms
from broadbill.core.rating.usage_record import UsageRecord, sums_by_sign

NOTHING = Fraction(0)
NOT_ACTIVE = "no active subscription"
TOO_LATE = "recorded after its period was billed"


@dataclass(slots=True, eq=False)
class Meter:
    """The records of one meter of one subscription, oldest first."""

    records: list[UsageRecord]
    days: list[date]

    @staticmethod
    def of(records: Sequence[UsageRecord]) -> Meter:
        ordered = sorted(records, key=attrgetter("day", "at"))
        return Meter(ordered, [record.day for record in ordered])

    def lies_in(self, starts: date, until: date) -> bool:
        """Whether all records are of the days `[starts, until)`."""
        return starts <= self.days[0] and self.days[-1] < until

    def between(self, starts: date, until: date) -> list[UsageRecord]:
        return self.records[bisect_left(self.days, starts) : bisect_left(self.days, until)]

    def level_before(self, day: date, terms: UsageTerms) -> Fraction:
        """The level that the last record before a day left."""
        place = bisect_left(self.days, day)
        return terms.units(self.records[place - 1]) if place else NOTHING


@dataclass(slots=True, eq=False)
class Usage:
    """The usage of an account that counts: each id once, of active subscriptions, sorted by meter."""

    meters: dict[tuple[str, str], Meter]
    rejected: list[Rejected]

    @staticmethod
    def of(records: Sequence[UsageRecord], lives: Sequence[Subscription]) -> Usage:
        by_name = {life.id: life for life in lives}
        distinct = _once(records)
        found = _sorted_by_meter(distinct)
        services = {place: _service(by_name.get(place[0]), place[1]) for place in found}
        meters = {place: Meter.of(items) for place, items in found.items()}
        if all(meter.lies_in(*services[place]) for place, meter in meters.items()):
            return Usage(meters, [])
        counts: list[UsageRecord] = []
        rejected: list[Rejected] = []
        for record in distinct:
            starts, until = services[record.subscription, record.meter]
            if starts <= record.day < until:
                counts.append(record)
            else:
                rejected.append(Rejected(record.key, NOT_ACTIVE))
        return Usage({place: Meter.of(items) for place, items in _sorted_by_meter(counts).items()}, rejected)


def _once(records: Sequence[UsageRecord]) -> Sequence[UsageRecord]:
    """The first record of each key, in their order."""
    if len({record.key for record in records}) == len(records):
        return records
    first: dict[int | str, UsageRecord] = {}
    for record in records:
        first.setdefault(record.key, record)
    return list(first.values())


def _sorted_by_meter(records: Sequence[UsageRecord]) -> dict[tuple[str, str], list[UsageRecord]]:
    found: dict[tuple[str, str], list[UsageRecord]] = defaultdict(list)
    for record in records:
        found[record.subscription, record.meter].append(record)
    return dict(found)


def _service(life: Subscription | None, meter: str) -> tuple[date, date]:
    """The days on which usage of a meter belongs to a subscription, the last one left out; none of no subscription."""
    return (FOREVER, FOREVER) if life is None else (life.starts, usage_until(life, meter))


@dataclass(slots=True, eq=False)
class Metered:
    """A stretch with its price and its records, ready to be rated."""

    stretch: Stretch
    terms: UsageTerms
    because: Because
    records: list[UsageRecord]
    window: Window
    included: Fraction
    used: list[Fraction]
    pool: str | None


@dataclass(frozen=True, slots=True)
class Granted:
    """What a stretch may use before it costs by the unit, and how far it has used it, in the meter's units.

    `granted` holds `carried`, what earlier periods left. In a pool all three figures are those of its members together.
    """

    stretch: Stretch
    pool: str | None
    granted: Fraction
    carried: Fraction
    used: Fraction

    @property
    def left(self) -> Fraction:
        return max(self.granted - self.used, NOTHING)


class MeteredRating:
    """Rates the metered charges of one account."""

    def __init__(self, account: AccountTerms, usage: Usage, runs: Sequence[date], *, drops: bool) -> None:
        self.account = account
        self.usage = usage
        self.runs = runs
        self.drops = drops

    def owed(self, chains: Sequence[Sequence[Stretch]], *, on: date) -> list[Owed]:
        """What every stretch that is due by a day owes; a chain holds the stretches of one run in turn.

        Others are rated only where they tell something: what of a pool they spend, and records that cannot be billed.
        """
        found: list[Owed] = []
        pooled: dict[tuple[str, str, date, date], list[Metered]] = {}
        for chain in chains:
            lots: list[Lot] = []
            for stretch in chain:
                if stretch.index < 0:
                    lots = []
                    continue
                metered = self._prepared(stretch, on)
                if metered is None:
                    continue
                if metered.pool is not None:
                    whole = stretch.whole
                    key = (metered.pool, stretch.charge.meter, whole.starts, whole.ends)
                    pooled.setdefault(key, []).append(metered)
                    continue
                lots = self._lots(metered, lots)
                covered, left = spend(metered.used, [*(lot.units for lot in lots), metered.included])
                found.append(self._line(metered, covered, _allowance_words(metered, lots)))
                lots = self._kept(metered, lots, left)
        for members in pooled.values():
            found.extend(self._pool(members))
        return [owed for owed in found if owed.priced and owed.due <= on]

    def granted(self, chains: Sequence[Sequence[Stretch]]) -> list[Granted]:
        """The allowance of every stretch that has one, spent as `owed` spends it."""
        found: list[Granted] = []
        pooled: dict[tuple[str, str, date, date], list[Metered]] = defaultdict(list)
        for chain in chains:
            lots: list[Lot] = []
            for stretch in chain:
                if stretch.index < 0:
                    lots = []
                    continue
                metered = self._prepared(stretch, None)
                if metered is None or not metered.terms.takes_allowance:
                    continue
                if metered.pool is not None:
                    whole = stretch.whole
                    pooled[metered.pool, stretch.charge.meter, whole.starts, whole.ends].append(metered)
                    continue
                lots = self._lots(metered, lots)
                carried = sum((lot.units for lot in lots), NOTHING)
                if metered.included or carried:
                    used = sum(metered.used, NOTHING)
                    found.append(Granted(stretch, None, metered.included + carried, carried, used))
                _, left = spend(metered.used, [*(lot.units for lot in lots), metered.included])
                lots = self._kept(metered, lots, left)
        for (pool, *_), members in pooled.items():
            total = sum((member.included for member in members), NOTHING)
            used = sum((member.terms.units(one) for member in members for one in member.records), NOTHING)
            found.extend(Granted(member.stretch, pool, total, NOTHING, used) for member in members if total)
        return found

    def _prepared(self, stretch: Stretch, on: date | None) -> Metered | None:
        """None where there is nothing to rate, and where, with `on`, rating what is not yet due would tell nothing."""
        charge, life = stretch.charge, stretch.life
        priced = usage_price_on(
            life, charge, stretch.agreed, stretch.index, stretch.starts, self.account.currency
        )
        terms = priced.terms
        meter = self.usage.meters.get((life.id, charge.meter)) or Meter([], [])
        records = self._in_time(stretch, meter.between(stretch.starts, stretch.until))
        pool = life.facts.sale.pool or terms.pool or stretch.plan.pool
        if terms.aggregate != "sum" or not terms.takes_allowance:
            pool = None
        if stretch.empty and not records:
            return None
        if on is not None and stretch.due > on and pool is None and (terms.records is None or not records):
            return None
        share = stretch.share(self.account)
        zone = self.account.timezone
        window = Window(
            stretch.starts,
            stretch.ends,
            _instant(stretch.starts, zone),
            _instant(stretch.until, zone),
            share if terms.min_prorated else Fraction(1),
        )
        level = meter.level_before(stretch.starts, terms) if terms.aggregate == "time_weighted" else NOTHING
        included = Fraction(terms.included) * share if terms.included_prorated else Fraction(terms.included)
        if pool is None and terms.adds_up and terms.rounding is None:
            used = sums_by_sign(records)
        else:
            seconds = local_midnight(stretch.whole.ends, zone) - local_midnight(stretch.whole.starts, zone)
            used = terms.used(records, window, level, seconds)
        return Metered(stretch, terms, priced.because, records, window, included, used, pool)

    def _in_time(self, stretch: Stretch, records: list[UsageRecord]) -> list[UsageRecord]:
        """Without what was recorded after a run that had billed the stretch, where late usage is dropped."""
        if not self.drops:
            return records
        billed_on = next((run for run in self.runs if run >= stretch.due), None)
        if billed_on is None:
            return records
        self.usage.rejected.extend(
            Rejected(record.key, TOO_LATE) for record in records if record.recorded > billed_on
        )
        return [record for record in records if record.recorded <= billed_on]

    @staticmethod
    def _lots(metered: Metered, lots: list[Lot]) -> list[Lot]:
        """The allowance carried into a stretch: none after a break, none that has expired or exceeds the cap."""
        rollover = metered.terms.rollover
        if rollover is None or not metered.stretch.unbroken:
            return []
        return carried_over(
            lots, metered.stretch.index, None if rollover.cap is None else Fraction(rollover.cap)
        )

    @staticmethod
    def _kept(metered: Metered, lots: list[Lot], left: list[Fraction]) -> list[Lot]:
        """What is left after a stretch: of older lots, and of its own allowance."""
        rollover = metered.terms.rollover
        if rollover is None:
            return []
        kept = [Lot(units, lot.until) for lot, units in zip(lots, left, strict=False)]
        return [*kept, Lot(left[-1], metered.stretch.index + rollover.periods)]

    def _pool(self, members: list[Metered]) -> list[Owed]:
        """Members share their allowances; each pays for what its own records go beyond."""
        total = sum((member.included for member in members), NOTHING)
        units = [
            (record.at, place, number, member.terms.units(record))
            for place, member in enumerate(members)
            for number, record in enumerate(member.records)
        ]
        units.sort(key=lambda item: item[:3])
        covered, _ = spend([item[3] for item in units], [total])
        shares = [[NOTHING] * len(member.records) for member in members]
        for (_, place, number, _), paid in zip(units, covered, strict=True):
            shares[place][number] = paid
        found: list[Owed] = []
        for member, share in zip(members, shares, strict=True):
            paid = sum(share, NOTHING)
            words: Because = (("allowance_pooled", in_words(paid), member.pool or "", in_words(total)),)
            found.append(self._line(member, share if member.terms.by_record else [paid], words))
        return found

    def _line(self, metered: Metered, covered: list[Fraction], words: Because) -> Owed:
        stretch, terms, currency = metered.stretch, metered.terms, self.account.currency
        life, charge = stretch.life, stretch.charge
        cost = terms.cost(metered.records, metered.used, covered, metered.window)
        self.usage.rejected.extend(Rejected(key, reason) for key, reason in cost.rejected)
        amount = posted(cost.amount, currency, life.policy.rounding)
        quantity = Decimal(in_words(cost.quantity))
        steps: list[Step] = [*metered.because, *words, *cost.because]
        if Fraction(amount.amount) != cost.amount:
            steps.append(("rounded", str(amount)))
        return Owed(
            subscription=life.id,
            charge=charge.code,
            kind="usage",
            description=charge.description,
            order=(life.order, charge.position),
            due=stretch.due,
            period=stretch.whole,
            starts=stretch.starts,
            ends=stretch.ends,
            quantity=quantity,
            unit_amount=terms.quantities.unit_price(quantity) if terms.quantities is not None else None,
            priced=amount,
            category=charge.tax,
            price=terms.name,
            because=tuple(steps),
            cycle=cycling_of(stretch),
            parts=charge.parts,
        )


def _allowance_words(metered: Metered, lots: list[Lot]) -> Because:
    words: Because = ()
    whole = Fraction(metered.terms.included)
    if metered.included != whole:
        share = in_ratio(metered.included / whole)
        words = (("allowance_prorated", in_words(whole), share, in_words(metered.included)),)
    carried = sum((lot.units for lot in lots), NOTHING)
    if carried:
        return (*words, ("allowance_carried", in_words(metered.included), in_words(carried)))
    return words or ((("allowance", in_words(metered.included)),) if metered.included else ())


@lru_cache(maxsize=4096)
def _instant(day: date, zone: str) -> datetime:
    return datetime.fromtimestamp(local_midnight(day, zone), UTC)
