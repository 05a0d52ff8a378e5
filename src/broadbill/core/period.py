"""Half-open spans of local dates."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `starts` up to but not including `ends`: `[starts, ends)`.

    Raises: ValueError if it would hold no day (a caller's bug).
    """

    starts: date
    ends: date

    def __post_init__(self) -> None:
        if self.ends <= self.starts:
            raise ValueError(f"a period must hold at least one day: {self.starts} to {self.ends}")

    @staticmethod
    def month(day: date) -> Period:
        """The calendar month that holds a day."""
        starts = day.replace(day=1)
        return Period(starts, date(starts.year + starts.month // 12, starts.month % 12 + 1, 1))

    @property
    def last_day(self) -> date:
        return self.ends - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.ends - self.starts).days

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.starts <= day < self.ends

    def overlap(self, other: Period) -> Period | None:
        """The days both hold, or None when they hold none in common."""
        starts, ends = max(self.starts, other.starts), min(self.ends, other.ends)
        return Period(starts, ends) if starts < ends else None

    def split(self, cuts: Iterable[date]) -> tuple[Period, ...]:
        """The same days in consecutive parts that begin at `starts` and at each cut inside the period."""
        edges = [self.starts, *sorted({cut for cut in cuts if self.starts < cut < self.ends}), self.ends]
        return tuple(Period(a, b) for a, b in itertools.pairwise(edges))

    def __str__(self) -> str:
        return f"{self.starts} to {self.ends}"
