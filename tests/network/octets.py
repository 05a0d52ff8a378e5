"""What a session carried on each local day, in plain Python: the roll-up's SQL is compared with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
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


SESSION = """
INSERT INTO radacct AS known (acctsessionid, acctuniqueid, username, nasipaddress, acctstarttime, acctupdatetime,
    acctsessiontime, acctinputoctets, acctoutputoctets, in_order)
VALUES (%(session)s, %(session)s, %(username)s, %(nas)s, %(began)s, %(at)s, %(seconds)s, %(up)s, %(down)s, true)
ON CONFLICT (acctuniqueid) DO UPDATE
SET in_order = excluded.acctupdatetime >= known.acctupdatetime AND excluded.acctsessiontime >= known.acctsessiontime
        AND excluded.acctinputoctets >= known.acctinputoctets
        AND excluded.acctoutputoctets >= known.acctoutputoctets,
    (acctupdatetime, acctsessiontime, acctinputoctets, acctoutputoctets) = (
        SELECT * FROM (VALUES
            (known.acctupdatetime, known.acctsessiontime, known.acctinputoctets, known.acctoutputoctets),
            (excluded.acctupdatetime, excluded.acctsessiontime, excluded.acctinputoctets, excluded.acctoutputoctets)
        ) AS report(at, seconds, up, down) ORDER BY at DESC LIMIT 1)
RETURNING in_order
"""
PACKET = """
INSERT INTO network_packet (acctuniqueid, username, nasipaddress, kind, at, session_seconds, input_octets,
    output_octets, wide, in_order)
VALUES (%(session)s, %(username)s, %(nas)s, %(kind)s, %(at)s, %(seconds)s, %(up)s, %(down)s, %(wide)s, %(in_order)s)
"""


def keep(
    session: str,
    username: str,
    reports: Iterable[Report],
    nas: str = "127.0.0.1",
    *,
    says_order: bool = True,
) -> None:
    """Store reports as `radius_packet` stores them, in this order.

    `says_order` false: as was done before it said whether a packet went on from the one before.
    """
    with connection.cursor() as cursor:
        for report in reports:
            told = asdict(report) | {"session": session, "username": username, "nas": nas}
            cursor.execute(SESSION, told | {"began": report.at - timedelta(seconds=report.seconds)})
            [in_order] = cursor.fetchone()
            cursor.execute(PACKET, told | {"in_order": in_order and says_order})
