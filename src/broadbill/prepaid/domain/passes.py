"""How long a pass lasts: as long as one period of its plan, or so many hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from broadbill.core.period import Period
from broadbill.prepaid.domain.errors import NotAPass

# Days and weeks count from the subscription's start, so one period is exactly the pass; months follow the bill day.
UNIT_DAYS = {"day": 1, "week": 7}


def days_of_pass(plan: str, charges: Sequence[Mapping[str, Any]]) -> int:
    """The days of the one period that all recurring charges have. Raises: NotAPass."""
    periods = {_days(plan, charge["period"]) for charge in charges if charge["type"] == "recurring"}
    if len(periods) != 1:
        raise NotAPass(plan=plan, reason="its recurring charges do not last equally long")
    return periods.pop()


def _days(plan: str, period: str | Mapping[str, Any]) -> int:
    unit, every = (period, 1) if isinstance(period, str) else (period["unit"], int(period["every"]))
    if unit not in UNIT_DAYS:
        raise NotAPass(plan=plan, reason=f"it is charged by the {unit}")
    return UNIT_DAYS[unit] * every


def days_around(*, starts_at: datetime, hours: int, zone: ZoneInfo) -> tuple[Period, datetime]:
    """The local days that a pass of hours lies in, and the instant of its end.

    Hours are those of the clock's run, so a pass over a change of the clocks is neither longer nor shorter.
    """
    ends_at = starts_at + timedelta(hours=hours)
    # An end at midnight does not touch the day that begins.
    last = (ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return Period(starts_at.astimezone(zone).date(), last + timedelta(days=1)), ends_at
