"""What a session carried on each local day, in plain Python: the roll-up's SQL is compared with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.db import connection

WRAP = 2**32


@dataclass(frozen=True)
class Report:
    """One accounting packet of a session: octets since its beginning, as the NAS counts them."""

    at: datetime
    seconds: int
    up: int
    down: int
    wide: bool = True
    kind: str = "Interim-Update"


def octets_of_days(reports: Iterable[Report], zone: str, *, fastest_bps: int = 10**10) -> Counter[date]:
    """Octets both ways by local day, whatever the order of the reports and however often each comes."""
    days: Counter[date] = Counter()
    before: Report | None = None
    for report in sorted(set(reports), key=lambda each: (each.at, each.seconds, each.up, each.down)):
        anew = before is None or report.seconds < before.seconds
        began = report.at - timedelta(seconds=report.seconds)
        if before is not None:
            began = max(began, before.at) if anew else before.at
        for counter in ("up", "down"):
            last = 0 if anew or before is None else getattr(before, counter)
            used = getattr(report, counter) - last
            if used < 0:
                wrapped = used + WRAP
                is_wide = report.wide or (before is not None and before.wide)
                seconds = (report.at - began).total_seconds()
                can_be = not is_wide and wrapped * 8 <= fastest_bps * seconds
                used = wrapped if can_be else getattr(report, counter)
            days.update(_shares(used, began, report.at, ZoneInfo(zone)))
        before = report
    return +days


def _shares(octets: int, began: datetime, ended: datetime, zone: ZoneInfo) -> Counter[date]:
    first, last = began.astimezone(zone).date(), ended.astimezone(zone).date()
    if first == last:
        return Counter({last: octets})
    shares: Counter[date] = Counter()
    given = 0
    day = first
    while day <= last:
        midnight = datetime.combine(day + timedelta(days=1), time(), zone)
        part = min(
            Fraction(1),
            Fraction(int((midnight - began).total_seconds()), int((ended - began).total_seconds())),
        )
        until = int(octets * part)
        shares[day] += until - given
        given = until
        day += timedelta(days=1)
    return shares


def keep(session: str, username: str, reports: Iterable[Report], nas: str = "127.0.0.1") -> None:
    """Store reports as FreeRADIUS's statement stores them, in this order, the session's row with the first."""
    with connection.cursor() as cursor:
        for report in reports:
            cursor.execute(
                "INSERT INTO network_packet (acctuniqueid, username, nasipaddress, kind, at, session_seconds,"
                " input_octets, output_octets, wide) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    session,
                    username,
                    nas,
                    report.kind,
                    report.at,
                    report.seconds,
                    report.up,
                    report.down,
                    report.wide,
                ],
            )
            cursor.execute(
                "INSERT INTO radacct (acctsessionid, acctuniqueid, username, nasipaddress, acctstarttime,"
                " acctupdatetime) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [session, session, username, nas, report.at - timedelta(seconds=report.seconds), report.at],
            )
