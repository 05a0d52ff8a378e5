"""Partitions made ahead and dropped, sessions that nobody reports any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db import connection, transaction

from broadbill.network.domain.retention import (
    KEPT_MONTHS,
    WATCHED_MONTHS,
    kept_from,
    month_after,
    months_wanted,
)

# A partitioned table, the column of its months, and how many of them are kept.
PARTITIONED = {
    "network_packet": ("received_at", KEPT_MONTHS),
    "radpostauth": ("authdate", KEPT_MONTHS),
    "network_interfacerate": ("at", WATCHED_MONTHS),
    "network_probeslot": ("at", WATCHED_MONTHS),
}
STALE = """
UPDATE radacct AS session SET acctstoptime = session.acctupdatetime, acctterminatecause = 'Lost-Report'
WHERE session.acctstoptime IS NULL AND session.acctupdatetime < %(now)s - 3 * make_interval(secs => coalesce(
    (SELECT profile.interim_seconds FROM network_profile AS profile WHERE profile.code = session.class), 600))
"""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Partitions by name."""

    made: tuple[str, ...]
    dropped: tuple[str, ...]


@transaction.atomic
def keep_partitions(*, today: date) -> Upkeep:
    """Make partitions of this month and the next ones, drop those of months no longer kept.

    What was written while there was no partition lies in the default one and is moved.
    """
    made, dropped = [], []
    for table, (column, kept_months) in PARTITIONED.items():
        names = _partitions(table)
        for month in months_wanted(today):
            if (name := _name(table, month)) not in names:
                _make(table, column, name, month)
                made.append(name)
        oldest = _name(table, kept_from(today, kept_months))
        for name in sorted(names):
            if name != f"{table}_default" and name < oldest:
                with connection.cursor() as cursor:
                    cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")
                dropped.append(name)
    return Upkeep(tuple(made), tuple(dropped))


def end_stale_sessions(*, now: datetime) -> int:
    """End sessions that missed three reports, at the last one. One that is reported again goes on."""
    with connection.cursor() as cursor:
        cursor.execute(STALE, {"now": now})
        return cursor.rowcount


def _name(table: str, month: date) -> str:
    return f"{table}_{month:%Y_%m}"


def _partitions(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid"
            " WHERE inhparent = %s::regclass",
            [table],
        )
        return {row[0] for row in cursor.fetchall()}


def _make(table: str, column: str, name: str, month: date) -> None:
    bounds = [datetime.combine(day, time(), UTC) for day in (month, month_after(month, 1))]
    with connection.cursor() as cursor:
        # Nobody writes between the move and the attachment.
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING IDENTITY)")
        cursor.execute(
            f"WITH moved AS (DELETE FROM {table}_default WHERE {column} >= %s AND {column} < %s RETURNING *)"
            f" INSERT INTO {name} OVERRIDING SYSTEM VALUE SELECT * FROM moved",
            bounds,
        )
        # A partition has the identity of its table, where that has one, and none of its own.
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attidentity <> ''", [name]
        )
        for (identity,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {name} ALTER COLUMN {identity} DROP IDENTITY")
        cursor.execute(
            f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{bounds[0]}') TO ('{bounds[1]}')"
        )
