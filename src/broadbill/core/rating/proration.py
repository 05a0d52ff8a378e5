"""How much of an anchored period some days are: the measures of `policy.proration`.

Source: docs/algorithms/proration.md.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from broadbill.core.rating.cycles import Cycle

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def measure_of(proration: str, cycle: Cycle) -> str:
    """The measure of a charge's days: `month30` is for months; what is never prorated is counted in days."""
    if proration == "none" or (proration == "month30" and cycle.unit != "month"):
        return "day"
    return proration


@lru_cache(maxsize=65536)
def length(measure: str, starts: date, ends: date, zone: str) -> int:
    """The days or elapsed seconds from one local midnight to another.

    Units: seconds for `second`, days of 30-day months for `month30`, otherwise days.
    """
    if measure == "second":
        return local_midnight(ends, zone) - local_midnight(starts, zone)
    if measure == "month30":
        months = (ends.year - starts.year) * 12 + ends.month - starts.month
        return months * 30 + min(ends.day, 30) - min(starts.day, 30)
    return (ends - starts).days


@lru_cache(maxsize=16384)
def local_midnight(day: date, zone: str) -> int:
    """The instant at which a local date begins, in seconds since 1970 (the moment after a skipped midnight)."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return (midnight - EPOCH) // SECOND
