"""The days of the demo's history, counted from the day it is filled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

LAUNCH_DAYS = 24


@dataclass(frozen=True, slots=True)
class Calendar:
    """`months` bill runs on the first of a month, the last one this month's. History ends the day before `today`."""

    today: date
    months: int

    def first_of(self, month: int) -> date:
        """The first day of a month of the history, the first one being 0."""
        index = self.today.year * 12 + self.today.month - 1 - (self.months - 1) + month
        return date(index // 12, index % 12 + 1, 1)

    @property
    def launch(self) -> date:
        """The day the network opened, some weeks before the first bill run."""
        return self.first_of(0) - timedelta(days=LAUNCH_DAYS)

    def days_before_first_run(self) -> Iterator[date]:
        return days(self.launch, self.first_of(0))

    def days_of(self, month: int) -> Iterator[date]:
        """The month's days up to yesterday."""
        return days(self.first_of(month), min(self.first_of(month + 1), self.today))


def days(starts: date, ends: date) -> Iterator[date]:
    for number in range((ends - starts).days):
        yield starts + timedelta(days=number)


def some_day(chance: Random, starts: date, ends: date) -> date:
    """A day of the half-open range; `starts` when it is empty."""
    return starts + timedelta(days=chance.randrange(max(1, (ends - starts).days)))
