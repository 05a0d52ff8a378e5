"""Discounts: lines beside the lines they lower, each taken of what the earlier ones left (fine print 9 and 27)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from broadbill.core.money import Money
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.because import Because, Step
from broadbill.core.rating.events import Discount
from broadbill.core.rating.models.base import in_ratio, in_words
from broadbill.core.rating.owed import Cycling, Owed
from broadbill.core.rating.policy import Policy
from broadbill.core.rating.proration import length
from broadbill.core.rating.rounding import posted
from broadbill.core.rating.timeline import FOREVER, Subscription

DISCOUNTED = ("recurring", "usage")


@dataclass(slots=True, eq=False)
class Discountable:
    """A line, what earlier discounts have left of it, and how its periods are counted."""

    line: Owed
    cycle: Cycling
    left: int


@dataclass(frozen=True, slots=True)
class Hold:
    """The days of a line for which a discount holds, and the part of the line they are."""

    starts: date
    ends: date
    share: Fraction


class Discounting:
    """Gives the discounts of an account on the lines it owes."""

    def __init__(self, account: AccountTerms, policy: Policy, lives: Mapping[str, Subscription]) -> None:
        self.account = account
        self.policy = policy
        self.lives = lives

    def lines(self, discounts: Sequence[Discount], owed: Sequence[Owed]) -> list[Owed]:
        """The discount lines, in the order of the discounts. Lines that cost nothing have none."""
        targets = [
            Discountable(line, self._cycle(line), line.priced.minor)
            for line in sorted(owed, key=_place)
            if line.source is None and line.subscription is not None and line.priced.minor > 0
        ]
        found: list[Owed] = []
        for discount in discounts:
            held = [
                (target, hold)
                for target in targets
                if _names(discount, target.line) and (hold := self._hold(discount, target)) is not None
            ]
            given = (
                self._percent(discount, held)
                if discount.percent is not None
                else self._amount(discount, held)
            )
            for target, amount, words in given:
                if amount > 0:
                    target.left -= amount
                    found.append(_line(discount, target.line, Money(amount, self.account.currency), words))
        return found

    def _cycle(self, line: Owed) -> Cycling:
        if line.cycle is not None:
            return line.cycle
        assert line.subscription is not None
        life = self.lives[line.subscription]
        return own_cycle(life, line.starts or life.starts)

    def _hold(self, discount: Discount, target: Discountable) -> Hold | None:
        """The days of a line that a discount holds for; whole where nothing is prorated."""
        line, cycle = target.line, target.cycle
        if line.starts is None or line.last_day is None:
            return None
        begins, ends = discount.at, discount_ends(discount, cycle)
        last_day = max(line.last_day, line.starts)
        starts, stops = max(line.starts, begins), min(last_day, ends)
        if line.starts == last_day:
            return Hold(line.starts, last_day, Fraction(1)) if begins <= line.starts < ends else None
        if starts >= stops:
            return None
        if self.policy.proration == "none":
            return Hold(line.starts, last_day, Fraction(1))
        whole = self._length(cycle, line.starts, last_day)
        if whole == 0:
            return Hold(starts, stops, Fraction(1))
        return Hold(starts, stops, Fraction(self._length(cycle, starts, stops), whole))

    def _length(self, cycle: Cycling, starts: date, ends: date) -> int:
        return length(cycle.measure, starts, ends, self.account.timezone)

    def _percent(
        self, discount: Discount, held: Sequence[tuple[Discountable, Hold]]
    ) -> list[tuple[Discountable, int, Because]]:
        assert discount.percent is not None
        found: list[tuple[Discountable, int, Because]] = []
        for target, hold in held:
            left = Money(target.left, self.account.currency)
            exact = Fraction(left.amount) * hold.share * Fraction(discount.percent) / 100
            amount = posted(exact, self.account.currency, self.policy.rounding)
            words: Step = ("discount_percent", in_words(discount.percent), str(left), str(amount))
            if hold.share != 1:
                days = (hold.starts.isoformat(), hold.ends.isoformat())
                figures = (in_words(discount.percent), str(left), in_ratio(hold.share), str(amount))
                words = ("discount_part", *days, *figures)
            found.append((target, min(amount.minor, target.left), (words,)))
        return found

    def _amount(
        self, discount: Discount, held: Sequence[tuple[Discountable, Hold]]
    ) -> list[tuple[Discountable, int, Because]]:
        """The amount once for each distinct period, spread over its lines with cumulative rounding."""
        periods: dict[tuple[date, date], list[tuple[Discountable, Hold]]] = {}
        for target, hold in held:
            if target.line.period is not None:
                key = (target.line.period.starts, target.line.period.ends)
                periods.setdefault(key, []).append((target, hold))
        found: list[tuple[Discountable, int, Because]] = []
        for (starts, ends), lines in periods.items():
            found.extend(self._spread(discount, starts, ends, lines))
        return found

    def _spread(
        self, discount: Discount, starts: date, ends: date, lines: Sequence[tuple[Discountable, Hold]]
    ) -> list[tuple[Discountable, int, Because]]:
        assert discount.amount is not None
        digits = self.account.currency.digits
        weights = [target.left * hold.share for target, hold in lines]
        whole = sum(weights, Fraction(0))
        share = self._covered(starts, ends, lines)
        amount = min(Fraction(discount.amount) * share, whole / 10**digits)
        found: list[tuple[Discountable, int, Because]] = []
        if whole <= 0:
            return found
        head: list[Step] = []
        if share != 1:
            figures = (
                in_words(discount.amount),
                in_ratio(share),
                in_words(Fraction(discount.amount) * share),
            )
            head.append(("discount_prorated", *figures))
        if amount < Fraction(discount.amount) * share:
            head.append(("ceiling", in_words(amount)))
        head.append(("discount_amount", in_words(amount), starts.isoformat(), ends.isoformat()))
        so_far, given = Fraction(0), 0
        for (target, _), weight in zip(lines, weights, strict=True):
            so_far += weight
            upto = posted(amount * so_far / whole, self.account.currency, self.policy.rounding).minor
            part = min(upto - given, target.left)
            given = upto
            words = head
            if len(lines) > 1:
                of_all = (in_words(amount), in_words(weight / 10**digits), in_words(whole / 10**digits))
                words = [*head, ("discount_share", *of_all, str(Money(part, self.account.currency)))]
            elif amount * 10**digits != part:
                words = [*head, ("rounded", str(Money(part, self.account.currency)))]
            found.append((target, part, tuple(words)))
        return found

    def _covered(self, starts: date, ends: date, lines: Sequence[tuple[Discountable, Hold]]) -> Fraction:
        """The part of a period that its discounted days cover, days under several lines counted once."""
        if self.policy.proration == "none":
            return Fraction(1)
        cycle = lines[0][0].cycle
        covered = 0
        last = date.min
        for hold in sorted((hold for _, hold in lines), key=lambda hold: hold.starts):
            begins = max(hold.starts, last)
            if begins < hold.ends:
                covered += self._length(cycle, begins, hold.ends)
                last = hold.ends
        whole = self._length(cycle, starts, ends)
        return Fraction(covered, whole) if whole else Fraction(1)


def own_cycle(life: Subscription, day: date) -> Cycling:
    """A subscription's own periods as its plan of that day has them."""
    return Cycling(life.own_calendar(life.state_on(day).plan), life.starts, 0, "day")


def discount_ends(discount: Discount, cycle: Cycling) -> date:
    """The first day on which a discount no longer holds, its periods counted as those of `cycle`; or FOREVER."""
    ends = discount.until or FOREVER
    if discount.periods is None:
        return ends
    moment = max(discount.at, cycle.charged_from())
    for _ in range(discount.periods):
        moment = cycle.calendar.span(moment).ends
    return min(ends, moment)


def _names(discount: Discount, line: Owed) -> bool:
    """Whether a discount is meant for a line: recurring and usage lines unless it names others."""
    if discount.id is not None and discount.id != line.subscription:
        return False
    if discount.charges is None:
        return line.kind in DISCOUNTED
    return line.charge in discount.charges


def _place(line: Owed) -> tuple[tuple[int, ...], str, date]:
    return (line.order, line.charge or "", line.starts or date.min)


def _line(discount: Discount, line: Owed, amount: Money, words: Because) -> Owed:
    return Owed(
        subscription=line.subscription,
        charge=line.charge,
        kind="discount",
        description=discount.name,
        order=line.order,
        due=line.due,
        period=line.period,
        starts=line.starts,
        ends=line.ends,
        quantity=None,
        unit_amount=None,
        priced=-amount,
        category=line.category,
        price=line.price,
        because=words,
        source=f"event:{discount.key}",
        parts=line.parts,
    )
