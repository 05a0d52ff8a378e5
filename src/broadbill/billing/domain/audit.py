"""What an audit of a past period finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.rating import Line


@dataclass(frozen=True, slots=True)
class Finding:
    """An account that was billed something else for the period than it owes. Net amounts.

    `causes` are what became known after the bills were made, in words.
    """

    account: str
    name: str
    billed: Money
    owed: Money
    causes: tuple[str, ...]

    @property
    def difference(self) -> Money:
        """What is still to be charged; negative is to be given back."""
        return self.owed - self.billed


def net_of_period(lines: Iterable[Line], period: Period, zero: Money) -> Money:
    """The sum of the lines whose service days touch the period."""
    total = zero
    for line in lines:
        if line.starts and line.ends and line.starts < period.ends and line.ends > period.starts:
            total += line.amount
    return total
