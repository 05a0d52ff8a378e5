"""Late interest: simple, by the day, on what was owed on that day, at the rate of that day.

Sources: Directive 2011/7/EU on late payment, Article 2(5) and (6) (simple interest; the reference rate of the European
Central Bank's main refinancing operations and at least eight percentage points), 2(7) (the rate in force on 1 January
and 1 July counts for the half-year), 3(1) (from the day after payment was due), 6(1) (40 EUR for recovery costs).
ICMA ACT/365 (fixed): actual days over 365, also in leap years.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from broadbill.core.money import Money

DAYS_A_YEAR = 365
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rates:
    """A year's percent from each day on, earliest first. Before the first nothing is charged."""

    steps: tuple[tuple[date, Fraction], ...]

    def on(self, day: date) -> Fraction:
        place = bisect_right(self.steps, day, key=lambda step: step[0])
        return self.steps[place - 1][1] if place else Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateItem:
    """A debt past due. Amounts are minor units.

    `principal` is without what is in dispute and without interest that was charged; `settled` what came when, earliest
    first. `charged_to` is the first day that interest was not charged for yet, None when it never was.
    """

    item_id: int
    due_on: date
    principal: int
    settled: tuple[tuple[date, int], ...] = ()
    charged_to: date | None = None

    @property
    def starts_on(self) -> date:
        """The first day of delay is the one after it was due."""
        return max(self.due_on + ONE_DAY, self.charged_to or date.min)

    def owed_on(self, day: date) -> int:
        """At the end of the day: what came on it is not owed on it any more."""
        return max(0, self.principal - sum(amount for came_on, amount in self.settled if came_on <= day))


def accrued(item: LateItem, rates: Rates, *, until: date) -> Fraction:
    """Interest of a debt from its first day not charged yet up to, not including, `until`: minor units, not rounded.

    Σ over the days: owed × percent ÷ 100 ÷ 365. Worked out from change to change, not by single days.
    """
    starts = item.starts_on
    if starts >= until:
        return Fraction(0)
    changes = {day for day, _ in (*item.settled, *rates.steps) if starts < day < until}
    return sum(
        (
            item.owed_on(first) * (following - first).days * rates.on(first) / (100 * DAYS_A_YEAR)
            for first, following in pairwise(sorted({starts, *changes, until}))
        ),
        Fraction(0),
    )


def less_credit(items: Sequence[LateItem], credit: int) -> list[LateItem]:
    """The debts, oldest first, less what the customer has in credit and was not used yet."""
    left, found = credit, []
    for item in sorted(items, key=lambda one: (one.due_on, one.item_id)):
        used = min(left, item.principal)
        left -= used
        found.append(replace(item, principal=item.principal - used))
    return found


def rounded(interest: Fraction, like: Money) -> Money:
    """Posted once for all debts of an account: to the nearest unit, a half away from zero."""
    minor = (2 * interest.numerator + interest.denominator) // (2 * interest.denominator)
    return Money(minor, like.currency)
