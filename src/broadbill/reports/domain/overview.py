"""What the owner looks at first, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from broadbill.core.money import Money


@dataclass(frozen=True, slots=True)
class MonthOfBooks:
    """`owed` is the balance of receivables at its end; `billed` is with tax, `earned` without."""

    month: date
    billed: Money
    collected: Money
    earned: Money
    owed: Money


@dataclass(frozen=True, slots=True)
class Books:
    """The last months, the one that is not over last, and what stood in the one before on the same day of the month.

    `others` are the other currencies that customers owe in: their figures are not in these.
    """

    months: tuple[MonthOfBooks, ...]
    collected_before: Money
    earned_before: Money
    others: tuple[str, ...]

    @property
    def now(self) -> MonthOfBooks:
        return self.months[-1]

    @property
    def before(self) -> MonthOfBooks:
        return self.months[-2]


@dataclass(frozen=True, slots=True)
class Ages:
    """What is owed by the days since it was due; with `in_credit` (negative) it sums to `total`."""

    not_due: Money
    to_30: Money
    to_60: Money
    older: Money
    in_credit: Money

    @property
    def total(self) -> Money:
        return self.not_due + self.to_30 + self.to_60 + self.older + self.in_credit

    @property
    def late(self) -> Money:
        return self.to_30 + self.to_60 + self.older


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something of one kind that waits for a person. `number` names it; `account` is empty where nobody's is known."""

    kind: str
    number: str
    account: str
    name: str
    amount: Money
    since: date | datetime
    detail: str
