"""Counting what came through: packets become octets of local days, and those become usage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from broadbill.kernel.locks import wait_for_lock
from broadbill.network.domain.retention import KEPT_MONTHS, kept_from
from broadbill.network.models import RollUpState
from broadbill.network.operations.allowances import check_allowances
from broadbill.network.operations.roll_up_sql import BUCKETS, FASTEST_KBPS, MIDNIGHTS, ROLL_UP
from broadbill.usage.domain.new_record import NewRecord
from broadbill.usage.operations.record import record_usage

LOCK = "network.roll_up"
METER = "data_gb"
OCTETS_PER_GB = 10**9
# Subscriptions' days in one transaction.
DAYS_PER_BATCH = 10_000
# What one step may sort in memory, before it goes on on disk.
SORTING = "128MB"

NOT_HANDED_ON = """
SELECT day.account_id, day.subscription_id, day.used_on, details.timezone,
       sum(day.input_octets + day.output_octets - day.passed_octets)
FROM network_sessionday AS day
JOIN accounts_account AS account ON account.id = day.account_id
JOIN accounts_profile AS details ON details.id = account.profile_id
WHERE day.account_id IS NOT NULL AND NOT (day.passed_octets = day.input_octets + day.output_octets)
GROUP BY day.account_id, day.subscription_id, day.used_on, details.timezone
ORDER BY day.account_id, day.subscription_id, day.used_on
LIMIT %s
"""
HANDED_ON = """
UPDATE network_sessionday AS day SET passed_octets = day.input_octets + day.output_octets
FROM unnest(%s::bigint[], %s::date[]) AS done(subscription, used_on)
WHERE day.subscription_id = done.subscription AND day.used_on = done.used_on
"""


@dataclass(frozen=True, slots=True)
class RolledUp:
    """Packets that were counted, and the days of subscriptions whose octets were handed on to usage."""

    packets: int
    days: int


def roll_up(*, now: datetime) -> RolledUp:
    """Count every packet that has come to rest, once, and hand the octets on to usage. Twice is once."""
    packets = count_packets(now=now)
    days = 0
    while batch := pass_on(now=now):
        days += batch
    return RolledUp(packets, days)


@transaction.atomic
def count_packets(*, now: datetime) -> int:
    """Add new packets to the octets of their sessions' days; return how many there were.

    Packets of a transaction under way wait for the next time: numbers do not become visible in order.
    """
    wait_for_lock(LOCK)
    state = RollUpState.objects.filter(pk=1).first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        [ends] = cursor.fetchone()
        starts = state.through_transaction if state else 0
        if starts > ends:
            # The database was moved to a server that counts from a lower number. What was counted counts once anyway.
            starts = 0
        bounds: dict[str, Any] = {
            "starts": starts,
            "ends": ends,
            "fastest": FASTEST_KBPS,
            "kept_from": datetime.combine(kept_from(now.date(), KEPT_MONTHS), time(), UTC),
        }
        # Room to sort in, for this transaction alone.
        cursor.execute(f"SET LOCAL work_mem = '{SORTING}'")
        cursor.execute(MIDNIGHTS, {"now": now})
        [bounds["midnights"]] = cursor.fetchone()
        cursor.execute(BUCKETS, bounds)
        cursor.execute("ANALYZE network_bucket")
        cursor.execute("SELECT coalesce(sum(packets), 0) FROM network_bucket")
        [packets] = cursor.fetchone()
        if packets:
            for statement in ROLL_UP:
                cursor.execute(statement, bounds)
            cursor.execute(
                "DROP TABLE network_touched, network_owner, network_pair, network_step, network_day"
            )
        cursor.execute("DROP TABLE network_bucket")
    RollUpState.objects.update_or_create(pk=1, defaults={"through_transaction": ends, "rolled_up_at": now})
    return int(packets)


@transaction.atomic
def pass_on(*, now: datetime) -> int:
    """Hand what is new of a batch of days on to usage, and look at the allowances of those who used it.

    Usage has it in the meter `data_gb` (10^9 octets, both ways, to the octet).
    Returns how many days of subscriptions there were.
    """
    wait_for_lock(LOCK)
    with connection.cursor() as cursor:
        cursor.execute(NOT_HANDED_ON, [DAYS_PER_BATCH])
        rows = cursor.fetchall()
        if not rows:
            return 0
        if records := _records(rows, now):
            record_usage(records=records, now=now, actor="system:network")
        cursor.execute(HANDED_ON, [[row[1] for row in rows], [row[2] for row in rows]])
    check_allowances(subscription_ids={row[1] for row in rows}, now=now)
    return len(rows)


def _records(rows: Sequence[tuple[int, int, date, str, Decimal]], now: datetime) -> list[NewRecord]:
    """What cancels out is no record. A correction of a day may count backwards."""
    return [
        NewRecord(
            account_id=account_id,
            subscription_id=subscription_id,
            meter=METER,
            # An instant of that day for certain: no clock is changed at noon.
            at=datetime.combine(used_on, time(12), ZoneInfo(timezone)).astimezone(UTC),
            quantity=Decimal(int(octets)) / OCTETS_PER_GB,
            source_id=f"radius:{subscription_id}:{used_on.isoformat()}:{now.isoformat()}",
            allow_negative=True,
        )
        for account_id, subscription_id, used_on, timezone, octets in rows
        if octets
    ]
