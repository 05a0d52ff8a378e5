"""Anchored periods: where the periods of a charge begin and end, computed from the anchor alone.

A period is found from any date without walking there, so nothing drifts: the 31st is clamped in
February and is the 31st again in March. Fine print 3 and 22.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from broadbill.core.period import Period
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.policy import Anchor
from broadbill.core.rating.reading import Fields, as_choice, as_whole

UNITS = {
    "day": ("day", 1),
    "week": ("week", 1),
    "month": ("month", 1),
    "quarter": ("month", 3),
    "year": ("month", 12),
}
DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True)
class Cycle:
    """How long a period lasts: `every` days, weeks or months."""

    unit: str
    every: int

    @staticmethod
    def parse(raw: object, path: str) -> Cycle:
        """Raises: ScenarioError."""
        if isinstance(raw, str):
            unit, every = UNITS[as_choice(raw, path, tuple(UNITS))]
            return Cycle(unit, every)
        if not isinstance(raw, Mapping):
            refuse(path, 'must be day, week, month, quarter, year or {"every": n, "unit": ...}')
        fields = Fields(raw, path)
        every = fields.need("every", lambda r, p: as_whole(r, p, least=1, most=1200))
        unit, times = UNITS[fields.need("unit", lambda r, p: as_choice(r, p, tuple(UNITS)))]
        fields.done()
        return Cycle(unit, every * times)

    def later(self, day: date, times: int) -> date:
        """The day so many periods after another: counted from that day each time, so that the 31st never drifts."""
        if self.unit == "month":
            return add_months(day, self.every * times)
        return day + timedelta(days=DAYS[self.unit] * self.every * times)


def month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def clamped(month: int, day: int) -> date:
    """The given day of a month, or the month's last day when it has fewer."""
    year, zero_based = divmod(month, 12)
    last = monthrange(year, zero_based + 1)[1]
    return date(year, zero_based + 1, min(day, last))


def add_months(start: date, months: int) -> date:
    """The same day so many months later, clamped to the month's last day."""
    return clamped(month_number(start) + months, start.day)


def full_months(start: date, end: date) -> int:
    """How many whole months, clamped, have passed from start to end."""
    months = month_number(end) - month_number(start)
    return months - 1 if add_months(start, months) > end else months


@dataclass(frozen=True, slots=True)
class Grid:
    """Periods without beginning or end.

    Months: every `step` months on `day`, in months whose number leaves `phase` when divided by `step`.
    Days:   every `step` days; the ordinal of a first day leaves `phase` when divided by `step`.
    """

    unit: Literal["day", "month"]
    step: int
    phase: int
    day: int

    def period_at(self, moment: date) -> Period:
        """The period that holds the date."""
        return _period_at(self.unit, self.step, self.phase, self.day, moment)

    def distance(self, first: Period, last: Period) -> int:
        """How many periods after `first` the period `last` comes."""
        if self.unit == "day":
            return (last.starts - first.starts).days // self.step
        return (month_number(last.starts) - month_number(first.starts)) // self.step


@lru_cache(maxsize=65536)
def _period_at(unit: str, step: int, phase: int, day: int, moment: date) -> Period:
    if unit == "day":
        ordinal = moment.toordinal()
        first = ordinal - (ordinal - phase) % step
        return Period(date.fromordinal(first), date.fromordinal(first + step))
    month = month_number(moment)
    if clamped(month, day) > moment:
        month -= 1
    month -= (month - phase) % step
    return Period(clamped(month, day), clamped(month + step, day))


def grid_for(cycle: Cycle, anchor: Anchor, *, start: date, anniversary: date) -> Grid:
    """The grid of a charge.

    Args: `start` is the subscription's start; `anniversary` the day from which anniversaries count
    (the start, or the end of the trial under `trial_anchor: trial_end`).
    """
    own = anchor.day == "start"
    if cycle.unit != "month":
        step = DAYS[cycle.unit] * cycle.every
        origin = anniversary if own else start
        if cycle.unit == "week" and anchor.weekday is not None:
            origin = start + timedelta(days=(anchor.weekday - start.isoweekday()) % 7)
        return Grid("day", step, origin.toordinal() % step, 0)
    day = anniversary.day if anchor.day == "start" else anchor.day
    from_day = anniversary if own else start
    return Grid("month", cycle.every, first_month(from_day, day, anchor.month) % cycle.every, day)


def first_month(start: date, day: int, in_month: int | None) -> int:
    """The month of the first anchor day on or after the start (in a month of that name, if one is named)."""
    month = month_number(start)
    if in_month is not None:
        month += (in_month - 1 - month) % 12
        return month if clamped(month, day) >= start else month + 12
    return month if clamped(month, day) >= start else month + 1


@lru_cache(maxsize=31)
def monthly(day: int) -> Calendar:
    """Calendar billing every month: the same periods whatever the subscription's start."""
    return Calendar(((date.min, Grid("month", 1, 0, day)),))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The periods of one charge of one subscription: one grid, or several in turn after `change_anchor`.

    `eras` are (first day, grid), ascending; the first holds from the beginning of time.
    """

    eras: tuple[tuple[date, Grid], ...]

    def anchored(self, moment: date) -> Period:
        """The whole anchored period that the date lies in: the base of proration."""
        return self._era(moment)[1].period_at(moment)

    def span(self, moment: date) -> Period:
        """The days of that period that are lived: shorter beside a change of anchor."""
        if len(self.eras) == 1:
            return self.eras[0][1].period_at(moment)
        i = bisect_right(self.eras, moment, key=lambda era: era[0]) - 1
        begins, grid = self.eras[max(i, 0)]
        whole = grid.period_at(moment)
        starts = max(whole.starts, begins) if i > 0 else whole.starts
        ends = min(whole.ends, self.eras[i + 1][0]) if i + 1 < len(self.eras) else whole.ends
        return whole if (starts, ends) == (whole.starts, whole.ends) else Period(starts, ends)

    def distance(self, first: date, last: date) -> int:
        """How many periods after the one that holds `first` comes the one that holds `last`."""
        if last < first:
            return -1
        if len(self.eras) == 1:
            grid = self.eras[0][1]
            return grid.distance(grid.period_at(first), grid.period_at(last))
        count, moment = 0, first
        while last >= (span := self.span(moment)).ends:
            count, moment = count + 1, span.ends
        return count

    def _era(self, moment: date) -> tuple[date, Grid]:
        if len(self.eras) == 1:
            return self.eras[0]
        return self.eras[max(bisect_right(self.eras, moment, key=lambda era: era[0]) - 1, 0)]
