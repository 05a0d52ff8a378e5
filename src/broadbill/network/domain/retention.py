"""How long what FreeRADIUS wrote is kept, and which monthly partitions there must be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

# Packets are kept while a bill of theirs may be disputed; then only the sums of days are.
KEPT_MONTHS = 13
# What devices answered and interfaces carried is kept for this month's charts and those of the ones before.
WATCHED_MONTHS = 3
MADE_AHEAD_MONTHS = 3


def month_after(month: date, months: int) -> date:
    """The first day of the month so many months later, or earlier."""
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def months_wanted(today: date) -> Iterator[date]:
    """First days of this month and those to come."""
    for ahead in range(MADE_AHEAD_MONTHS + 1):
        yield month_after(today, ahead)


def kept_from(today: date, months: int) -> date:
    """The first day of the oldest month that is kept, so many before this one."""
    return month_after(today, -months)
