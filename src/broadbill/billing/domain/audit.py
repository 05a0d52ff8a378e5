"""What an audit of a past period finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.rating import Line

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cause:
    """Something the bills did not know, and what knowing it changes. `kind` is a fact's kind or one of

    `price`, `tax`, `policy` (what a bill went by was changed), `usage` (came in later), `unbilled` (fell due, but
    no run billed it).
    """

    kind: str
    words: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Finding:
    """An account that was billed something else for the period than it owes of what fell due by `through`.

    Net amounts. `causes` add up to the difference.
    """

    account_id: int
    account: str
    name: str
    through: date
    billed: Money
    owed: Money
    causes: tuple[Cause, ...]

    @property
    def difference(self) -> Money:
        """What is still to be charged; negative is to be given back."""
        return self.owed - self.billed


@dataclass(frozen=True, slots=True)
class Unrated:
    """An account that could not be audited, because rating refuses its history."""

    account: str
    name: str
    reason: str


def net_of_period(lines: Iterable[Line], period: Period, zero: Money) -> Money:
    """The sum of the lines whose service days touch the period; a line of one day has no end."""
    total = zero
    for line in lines:
        if line.starts is None:
            continue
        ends = line.ends or line.starts + ONE_DAY
        if line.starts < period.ends and ends > period.starts:
            total += line.amount
    return total
