"""The rules of collecting: when a mandate lapses, and what came back of it in a row."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from itertools import takewhile


def lapses_on(last_used_on: date, months: int) -> date:
    """The first day on which a mandate no longer holds."""
    month = last_used_on.month - 1 + months
    year, month = last_used_on.year + month // 12, month % 12 + 1
    return date(year, month, min(last_used_on.day, calendar.monthrange(year, month)[1]))


def returns_in_a_row(codes: Sequence[str], days: Sequence[date | None]) -> list[tuple[str, date]]:
    """A mandate's latest collections until one that stood ('' as its code), newest first, and when each came back."""
    return [
        (code, day or date.min)
        for code, day in takewhile(lambda each: each[0] != "", zip(codes, days, strict=True))
    ]
