"""What is owed: a line before it is billed, with the day it falls due and the keys it is subtracted by."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.rating.because import Because
from broadbill.core.rating.cycles import Calendar
from broadbill.core.rating.parts import Part

ONE_DAY = timedelta(days=1)


class Cycling(NamedTuple):
    """How the periods of a line's charge are counted: after trial and free periods (fine print 4 and 27)."""

    calendar: Calendar
    charging: date
    free_periods: int
    measure: str

    def charged_from(self) -> date:
        """The first day of the first period that is charged."""
        moment = self.charging
        for _ in range(self.free_periods):
            moment = self.calendar.span(moment).ends
        return moment


@dataclass(slots=True, eq=False)
class Owed:
    """An amount owed for some days.

    `priced` is the amount as priced, an inclusive tax inside. `period` is the anchored period it belongs
    to and `price` names the price it was computed at; together with subscription, charge, category and
    source they say what it is subtracted from. `order` sorts lines on a document. `after` is what
    earlier credits gave back of the same line, negative like them. `parts` are those of a bundle, over which it
    is still to be allocated.
    """

    subscription: str | None
    charge: str | None
    kind: str
    description: str
    order: tuple[int, ...]
    due: date
    period: Period | None
    starts: date | None
    ends: date | None
    quantity: Decimal | None
    unit_amount: Decimal | None
    priced: Money
    category: str | None
    price: str | None
    because: Because
    source: str | None = None
    shown_at_zero: bool = False
    cycle: Cycling | None = None
    after: Money | None = None
    parts: tuple[Part, ...] = ()

    def of(self, subscription: str) -> Owed:
        """The same, owed by another subscription."""
        return Owed(subscription, *_ALL_BUT_SUBSCRIPTION(self))

    @property
    def last_day(self) -> date | None:
        """The first day the line no longer covers; the day after its own when it is a line of one day."""
        if self.ends is not None or self.starts is None:
            return self.ends
        return self.starts + ONE_DAY


_ALL_BUT_SUBSCRIPTION = attrgetter(*[field.name for field in fields(Owed)][1:])
