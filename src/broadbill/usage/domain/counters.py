"""What a counter's readings are worth: each has what came since the one before it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broadbill.usage.domain.drafts import shares_of_days


class Shown(NamedTuple):
    at: datetime
    active_seconds: int | None
    amount: Decimal


class Worth(NamedTuple):
    """An amount that came between an instant and the reading."""

    starts: datetime
    amount: Decimal


def worth_of(reading: Shown, before: Shown | None, *, counted_since: datetime) -> Worth:
    """What a reading adds to the one before it.

    A counter whose amount or time of activity fell began anew, and counts from nothing. So does one without a reading
    before that began since its source is counted; of an older one nobody knows what was counted elsewhere.
    """
    began = None if reading.active_seconds is None else reading.at - timedelta(seconds=reading.active_seconds)
    if before is None:
        if began is not None and began >= counted_since:
            return Worth(began, reading.amount)
        return Worth(reading.at, Decimal(0))
    fell = (
        reading.active_seconds is not None
        and before.active_seconds is not None
        and reading.active_seconds < before.active_seconds
    )
    if reading.amount >= before.amount and not fell:
        return Worth(before.at, reading.amount - before.amount)
    return Worth(max(before.at, began or before.at), reading.amount)


def changes_by_day(at: datetime, was: Worth, now: Worth, zone: ZoneInfo) -> list[tuple[datetime, Decimal]]:
    """How much more, or less, each local day gets when a reading is worth something else than was counted for it."""
    days: dict[object, tuple[datetime, Decimal]] = {}
    for sign, worth in ((-1, was), (1, now)):
        for begins, amount in shares_of_days(worth.starts, at, worth.amount, zone):
            day = begins.astimezone(zone).date()
            first, known = days.get(day, (begins, Decimal(0)))
            days[day] = (max(first, begins), known + sign * amount)
    return [(begins, amount) for begins, amount in days.values() if amount]
