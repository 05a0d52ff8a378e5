"""Drawing wallets down: the ordinary bill run, of prepaid accounts alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from broadbill.billing.models import BillRun
from broadbill.billing.operations.count_due import accounts_due
from broadbill.billing.operations.run import RunRequest, bill
from broadbill.prepaid.operations.covering import ACTOR
from broadbill.prepaid.queries.prepaid_accounts import prepaid_timezones


def draw_down(
    *,
    on: date,
    now: datetime,
    actor: str = ACTOR,
    workers: int = 1,
    timezones: tuple[str, ...] | None = None,
) -> BillRun | None:
    """Bill prepaid accounts through a day and pause what their credit does not cover. None when nobody is due.

    Running it twice on a day draws once; one that was interrupted goes on where it stopped.
    """
    request = RunRequest(through=on, actor=actor, prepaid_only=True, timezones=timezones)
    if not accounts_due(request=request, now=now):
        return None
    return bill(request=request, now=now, workers=workers)


def draw_down_by_the_clock(*, now: datetime) -> list[BillRun]:
    """Draw down each account through the day that it is in its own time zone, the day furthest behind first."""
    zones: dict[date, list[str]] = defaultdict(list)
    for zone in prepaid_timezones():
        zones[now.astimezone(ZoneInfo(zone)).date()].append(zone)
    runs = [draw_down(on=day, now=now, timezones=tuple(zones[day])) for day in sorted(zones)]
    return [run for run in runs if run is not None]
