"""A second, deliberately naive implementation: recurring charges day by day, instalments one by one, exact fractions.

It shares no code with the engine but its input. It knows `proration` day and second, `on_change` prorate and
next_period, `first_period` prorate and free, every `on_cancel` and `cancel_day`, trials, free periods,
phases, list price changes, agreed prices, pauses, quantities, bundles and sales by instalments; not
`change_anchor`, not indexation.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

ONE = timedelta(days=1)
ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}
UNITS = {
    "month": ("month", 1),
    "quarter": ("month", 3),
    "year": ("month", 12),
    "week": ("day", 7),
    "day": ("day", 1),
}


@lru_cache(maxsize=4096)
def seconds(day: date, zone: ZoneInfo) -> int:
    """How long a local day lasts."""
    midnight = lambda d: datetime(d.year, d.month, d.day, tzinfo=zone).timestamp()  # noqa: E731
    return int(midnight(day + ONE) - midnight(day))


class Naive:
    """The money of a scenario's recurring charges and instalments, owed on a last day by what is known then."""

    def __init__(self, scenario: dict[str, Any], last: date) -> None:
        self.scenario = scenario
        self.policy = scenario["policy"]
        self.zone = ZoneInfo(scenario["timezone"])
        self.last = last

    def money(self) -> dict[tuple[str, str], Decimal]:
        """The sum by subscription and charge or part; places without money are left out."""
        gone: set[int] = set()
        events = self.scenario["events"]
        unknown = {i for i, e in enumerate(events) if e.get("recorded", e["at"]) > self.last.isoformat()}
        for index in range(len(events) - 1, -1, -1):
            if events[index]["do"] == "void" and index not in gone | unknown:
                gone.add(events[index]["event"])
        standing = [e for i, e in enumerate(events) if i not in gone | unknown and e["do"] != "void"]
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for start in [e for e in standing if e["do"] == "subscribe"]:
            changes = [e for e in standing if e.get("id") == start["id"] and e["do"] != "subscribe"]
            changes = sorted(changes, key=lambda e: e["at"])
            life = Life(self, start, changes)
            for code in {c["code"] for p in self.scenario["plans"].values() for c in p["charges"]}:
                for charge, amount in (*life.stretches(code), *life.instalments(code)):
                    for place, share in self.by_part(charge, amount):
                        found[start["id"], place] += share
        return {place: amount for place, amount in found.items() if amount}

    def weight(self, day: date) -> int:
        return seconds(day, self.zone) if self.policy["proration"] == "second" else 1

    def unit(self) -> Decimal:
        return Decimal(1).scaleb(-DIGITS[self.scenario["currency"]])

    def by_part(self, charge: dict[str, Any], amount: Decimal) -> list[tuple[str, Decimal]]:
        """The amount of a bundle by part: rounded down, then unit by unit to whoever is owed the most."""
        parts = charge.get("parts")
        if parts is None:
            return [(charge["code"], amount)]
        total = sum(Fraction(part["weight"]) for part in parts)
        exact = [Fraction(amount) * Fraction(part["weight"]) / total for part in parts]
        shares = [self.quantized(share, ROUND_DOWN) for share in exact]
        while sum(shares) < amount:
            owed = [share - Fraction(has) for share, has in zip(exact, shares, strict=True)]
            shares[owed.index(max(owed))] += self.unit()
        return [
            (f"{charge['code']}.{part['code']}", share) for part, share in zip(parts, shares, strict=True)
        ]

    def rounded(self, amount: Fraction) -> Decimal:
        return self.quantized(amount, ROUNDINGS[self.policy["rounding"]])

    def quantized(self, amount: Fraction, rounding: str) -> Decimal:
        exact = Decimal(amount.numerator) / Decimal(amount.denominator)
        return exact.quantize(self.unit(), rounding=rounding)


class Life:
    """One subscription, asked about one day at a time."""

    def __init__(self, naive: Naive, start: dict[str, Any], changes: list[dict[str, Any]]) -> None:
        self.naive = naive
        self.start = date.fromisoformat(start["at"])
        # Facts with the day they take effect, in the order of their dates; a cancellation ends the list.
        self.facts: list[tuple[date, dict[str, Any]]] = [(self.start, start)]
        self.cancelled: date | None = None
        self.cancel_waits = False
        self.known_boundaries: dict[int, list[date]] = {}
        self.known_periods: dict[tuple[int, date], tuple[date, date]] = {}
        self.known_lengths: dict[tuple[date, date], int] = {}
        for change in changes:
            at = date.fromisoformat(change["at"])
            if self.cancelled is not None and at >= self.cancelled:
                continue
            at_end = change.get("when") == "period_end"
            if change["do"] == "cancel":
                self.cancelled, self.cancel_waits = (self.own_period(at)[1] if at_end else at), at_end
            elif change["do"] in ("suspend", "resume"):
                self.facts.append((at, change))
            elif at_end or (naive.policy["on_change"] == "next_period" and self.own_period(at)[0] != at):
                self.facts.append((self.own_period(at)[1], change))
            else:
                self.facts.append((at, change))

    def state(self, day: date) -> dict[str, Any]:
        """Plan, quantity, pause and agreed prices of a day."""
        state: dict[str, Any] = {"plan": None, "quantity": Decimal(1), "paused": False, "agreed": {}}
        for _, fact in sorted((f for f in self.facts if f[0] <= day), key=lambda f: f[0]):
            match fact["do"]:
                case "subscribe":
                    state["plan"] = fact["plan"]
                    state["quantity"] = Decimal(fact.get("quantity", "1"))
                    state["agreed"] = dict(fact.get("price", {}))
                case "change_plan":
                    state["plan"] = fact["plan"]
                case "change_quantity":
                    state["quantity"] = Decimal(fact["quantity"])
                case "change_price":
                    state["agreed"][fact["charge"]] = fact["model"]
                case "suspend":
                    state["paused"] = True
                case "resume":
                    state["paused"] = False
        return state

    def terms(self, day: date, code: str) -> dict[str, Any] | None:
        plan = self.naive.scenario["plans"][self.state(day)["plan"]]
        return next((c for c in plan["charges"] if c["code"] == code and c["type"] == "recurring"), None)

    def own_period(self, day: date) -> tuple[date, date]:
        plan = self.naive.scenario["plans"][self.state(day)["plan"]]
        return self.period(next(c for c in plan["charges"] if c["type"] == "recurring"), day)

    def period(self, charge: dict[str, Any], day: date) -> tuple[date, date]:
        """The anchored period of a charge that holds a day, found among all boundaries since long ago."""
        if (id(charge), day) not in self.known_periods:
            if id(charge) not in self.known_boundaries:
                self.known_boundaries[id(charge)] = self.boundaries(charge)
            boundaries = self.known_boundaries[id(charge)]
            found = max(b for b in boundaries if b <= day), min(b for b in boundaries if b > day)
            self.known_periods[id(charge), day] = found
        return self.known_periods[id(charge), day]

    def boundaries(self, charge: dict[str, Any]) -> list[date]:
        policy, anchor = self.naive.policy, self.naive.policy["anchor"]
        period = charge["period"]
        if isinstance(period, dict):
            unit, times = UNITS[period["unit"]]
            step = times * period["every"]
        else:
            unit, step = UNITS[period]
        own = anchor.get("day", 1) == "start"
        origin = self.start
        if own and policy["trial_anchor"] == "trial_end":
            origin += timedelta(days=charge.get("trial_days", 0))
        if unit == "day":
            if "weekday" in anchor and (
                period == "week" or (isinstance(period, dict) and period["unit"] == "week")
            ):
                origin = self.start
                while origin.isoweekday() != anchor["weekday"]:
                    origin += ONE
            back = origin - timedelta(days=step * 100)
            return [back + timedelta(days=step * k) for k in range(400 // step * 4 + 220)]
        number = origin.day if own else anchor["day"]
        first = date(origin.year, origin.month, 1)
        while self.clamp(first, number) < origin or ("month" in anchor and first.month != anchor["month"]):
            first = self.later(first, 1)
        return [self.clamp(self.later(first, step * k), number) for k in range(-30, 40)]

    @staticmethod
    def later(first: date, months: int) -> date:
        number = first.year * 12 + first.month - 1 + months
        return date(number // 12, number % 12 + 1, 1)

    @staticmethod
    def clamp(month: date, day: int) -> date:
        return month.replace(day=min(day, calendar.monthrange(month.year, month.month)[1]))

    def service_ends(self, charge: dict[str, Any]) -> date:
        policy = self.naive.policy
        if self.cancelled is None:
            return date.max
        if policy["on_cancel"] == "none":
            starts, ends = self.period(charge, self.cancelled)
            return self.cancelled if starts == self.cancelled else ends
        if policy["cancel_day"] == "charged" and not self.cancel_waits:
            return self.cancelled + ONE
        return self.cancelled

    def owes(self, charge: dict[str, Any], day: date) -> bool:
        """Whether a day costs anything at all."""
        policy = self.naive.policy
        state = self.state(day)
        if state["paused"] or day >= self.service_ends(charge):
            return False
        if policy["on_cancel"] == "full" and self.cancelled is not None:
            starts, ends = self.period(charge, self.cancelled)
            if starts <= day < ends:
                return False
        return self.number(charge, day) >= charge.get("free_periods", 0)

    def number(self, charge: dict[str, Any], day: date) -> int:
        """The number of the day's period among those charged or free, from 0; -1 before."""
        trial_ends = self.start + timedelta(days=charge.get("trial_days", 0))
        begins = trial_ends
        starts, ends = self.period(charge, trial_ends)
        if self.naive.policy["first_period"] == "free" and starts < trial_ends:
            begins = ends
        if day < begins:
            return -1
        count, moment = 0, begins
        while not moment <= day < self.period(charge, moment)[1]:
            moment = self.period(charge, moment)[1]
            count += 1
        return count

    def price(self, charge: dict[str, Any], day: date) -> dict[str, Any]:
        agreed = self.state(day)["agreed"].get(charge["code"])
        if agreed is not None:
            return agreed
        if "phases" in charge:
            left = self.number(charge, day) - charge.get("free_periods", 0)
            for phase in charge["phases"]:
                if left < phase["periods"]:
                    return phase["model"]
                left -= phase["periods"]
        model = charge["model"]
        for change in sorted(charge.get("price_changes", []), key=lambda c: c["from"]):
            begins = date.fromisoformat(change["from"])
            if change.get("for") == "new":
                model = change["model"] if begins <= self.came_to_plan(day) else model
                continue
            if self.naive.policy["on_change"] == "next_period" and begins > self.start:
                starts, ends = self.own_period(begins)
                begins = begins if starts == begins else ends
            if begins <= day:
                model = change["model"]
        return model

    def came_to_plan(self, day: date) -> date:
        plan = self.state(day)["plan"]
        while day > self.start and self.state(day - timedelta(days=1))["plan"] == plan:
            day -= timedelta(days=1)
        return day

    def length(self, period: tuple[date, date]) -> int:
        """The days or seconds of a whole period, counted one by one."""
        if period not in self.known_lengths:
            days = [period[0] + timedelta(days=d) for d in range((period[1] - period[0]).days)]
            self.known_lengths[period] = sum(self.naive.weight(day) for day in days)
        return self.known_lengths[period]

    def stretches(self, code: str) -> Iterator[tuple[dict[str, Any], Decimal]]:
        """All that is owed of a recurring charge: consecutive days at one price are one rounded stretch."""
        stretch: tuple[Any, ...] | None = None
        amount, ends = Fraction(0), date.min
        day = self.start
        while day < self.naive.last + timedelta(days=800):
            terms = self.terms(day, code)
            key = None
            if terms is not None and self.owes(terms, day):
                price, state = self.price(terms, day), self.state(day)
                units = Decimal(1) if terms.get("quantity") == "1" else state["quantity"]
                key = (self.period(terms, day), state["plan"], Decimal(price["amount"]), units)
            if key != stretch:
                yield from self._due(stretch, amount, ends, code)
                stretch, amount = key, Fraction(0)
            if key is not None:
                amount += Fraction(key[2]) * Fraction(key[3]) * self.naive.weight(day) / self.length(key[0])
                ends = day + ONE
            # A change that is known beforehand may owe something in a period that has begun.
            if key is None and day > max(self.naive.last, *(known for known, _ in self.facts)):
                return
            if key is not None and key[0][0] > self.naive.last:
                return
            day += ONE
        yield from self._due(stretch, amount, ends, code)

    def _due(
        self, stretch: tuple[Any, ...] | None, amount: Fraction, ends: date, code: str
    ) -> Iterator[tuple[dict[str, Any], Decimal]]:
        """The rounded stretch if it has fallen due by the last day."""
        if stretch is None:
            return
        terms = self.terms(ends - ONE, code)
        assert terms is not None
        if terms.get("timing") == "arrears":
            charged_day = self.naive.policy["cancel_day"] == "charged" and not self.cancel_waits
            if charged_day and self.naive.policy["on_cancel"] != "none" and self.cancelled == ends - ONE:
                ends -= ONE
            due = ends
        else:
            trial_ends = self.start + timedelta(days=terms.get("trial_days", 0))
            due = max(stretch[0][0], trial_ends)
        if due <= self.naive.last:
            yield terms, self.naive.rounded(amount)

    def instalments(self, code: str) -> Iterator[tuple[dict[str, Any], Decimal]]:
        """The instalments due by the last day, of the first plan entered that sells something by them."""
        day = self.start
        while day <= self.naive.last and not (day > self.start and self.cancelled and day >= self.cancelled):
            plan = self.naive.scenario["plans"][self.state(day)["plan"]]
            for terms in plan["charges"]:
                if terms["code"] == code and terms["type"] == "instalments":
                    yield from self._paid_off(terms, day)
                    return
            day += ONE

    def _paid_off(self, terms: dict[str, Any], sold: date) -> Iterator[tuple[dict[str, Any], Decimal]]:
        units = Decimal(1) if terms.get("quantity") == "1" else self.state(sold)["quantity"]
        whole = self.naive.rounded(Fraction(self.price(terms, sold)["amount"]) * Fraction(units))
        left, rest = whole, Decimal(0)
        for number in range(terms["count"]):
            # Of what is left an equal share, rounded up: the leftover units are in the first instalments.
            share = left / (terms["count"] - number)
            amount = share.quantize(self.naive.unit(), rounding=ROUND_UP)
            left -= amount
            due = self.later_by(terms["period"], sold, number)
            if number > 0 and self.cancelled is not None and due >= self.cancelled:
                rest += amount
            elif due <= self.naive.last:
                yield terms, amount
        cancelled = self.cancelled is not None and self.cancelled <= self.naive.last
        if rest and cancelled and terms.get("on_cancel") != "stops":
            yield terms, rest

    def later_by(self, period: Any, day: date, times: int) -> date:
        unit, step = (period["unit"], period["every"]) if isinstance(period, dict) else (period, 1)
        kind, size = UNITS[unit]
        if kind == "day":
            return day + timedelta(days=size * step * times)
        return self.clamp(self.later(day.replace(day=1), size * step * times), day.day)
