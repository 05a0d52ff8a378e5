"""Keeping what counters showed, in whichever order it comes, and telling what is to be recorded for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from broadbill.usage.domain.counters import Shown, Worth, changes_by_day, worth_of
from broadbill.usage.domain.drafts import Claim, Draft, Reading
from broadbill.usage.models import Source

# A reading that was seen stays as it is.
KEEP = """
INSERT INTO usage_reading (source_id, key, at, active_seconds, amount, counted, counted_from, by, name, meter, per)
SELECT %s, told.key, told.at, told.active, told.amount, 0, told.at, told.by, string_to_array(told.name, E'\\x1f'),
       told.meter, told.per
FROM unnest(%s::text[], %s::timestamptz[], %s::bigint[], %s::numeric[], %s::text[], %s::text[], %s::text[],
            %s::numeric[]) AS told(key, at, active, amount, by, name, meter, per)
ON CONFLICT DO NOTHING
RETURNING key, at
"""
# From the first new reading of each counter on, next to the one before it.
CHAINS = """
SELECT chain.* FROM unnest(%s::text[], %s::timestamptz[]) AS fresh(key, at)
CROSS JOIN LATERAL (
    SELECT key, at, active_seconds, amount, counted, counted_from, by, name, meter, per,
           lag(at) OVER by_time AS before_at, lag(active_seconds) OVER by_time AS before_active,
           lag(amount) OVER by_time AS before_amount
    FROM usage_reading
    WHERE source_id = %s AND key = fresh.key AND at >= coalesce(
        (SELECT max(at) FROM usage_reading WHERE source_id = %s AND key = fresh.key AND at < fresh.at), fresh.at)
    WINDOW by_time AS (ORDER BY at)
) AS chain
WHERE chain.at >= fresh.at
ORDER BY chain.key, chain.at
"""
COUNTED = """
UPDATE usage_reading AS reading SET counted = done.counted, counted_from = done.starts
FROM unnest(%s::text[], %s::timestamptz[], %s::numeric[], %s::timestamptz[]) AS done(key, at, counted, starts)
WHERE reading.source_id = %s AND reading.key = done.key AND reading.at = done.at
"""


def count_readings(*, source: Source, zone: ZoneInfo, readings: Sequence[Reading]) -> tuple[list[Draft], int]:
    """Keep readings; return what is to be recorded of them and of those after them, and how many had been seen.

    The caller holds the lock of taking in. Three statements, whatever their number.
    """
    first = _keep(source, readings)
    fresh_count = sum(count for _at, count in first.values())
    lines = {(reading.key, reading.at): reading.line for reading in readings}
    drafts: list[Draft] = []
    changed: list[tuple[str, datetime, Any, datetime]] = []
    with connection.cursor() as cursor:
        cursor.execute(CHAINS, [list(first), [at for at, _count in first.values()], source.id, source.id])
        for row in cursor.fetchall():
            (key, at, active, amount, counted, counted_from, by, name, meter, per,
             before_at, before_active, before_amount) = row  # fmt: skip
            before = None if before_at is None else Shown(before_at, before_active, before_amount)
            was = Worth(counted_from, counted)
            now = worth_of(Shown(at, active, amount), before, counted_since=source.recorded_at)
            if now == was:
                continue
            changed.append((key, at, now.amount, now.starts))
            claim = Claim(by, tuple(name), now.starts, at)
            for begins, change in changes_by_day(at, was, now, zone):
                told = {
                    "id": f"{source.code}:{key}:{at.isoformat()}:{begins.isoformat()}:{was.amount}-{now.amount}",
                    "meter": meter,
                    "at": begins.isoformat(),
                    "quantity": change / per,
                    "allow_negative": True,
                }
                drafts.append(Draft(lines.get((key, at), 0), claim, told))
        if changed:
            cursor.execute(COUNTED, [*(list(column) for column in zip(*changed, strict=True)), source.id])
    return drafts, len(readings) - fresh_count


def _keep(source: Source, readings: Sequence[Reading]) -> dict[str, tuple[datetime, int]]:
    """Each counter's first instant that is new, and how many are."""
    columns: list[Any] = [
        [reading.key for reading in readings],
        [reading.at for reading in readings],
        [reading.active_seconds for reading in readings],
        [reading.amount for reading in readings],
        [reading.claim.by for reading in readings],
        ["\x1f".join(reading.claim.name) for reading in readings],
        [reading.meter for reading in readings],
        [reading.per for reading in readings],
    ]
    first: dict[str, tuple[datetime, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [source.id, *columns])
        for key, at in cursor.fetchall():
            known, count = first.get(key, (at, 0))
            first[key] = (min(known, at), count + 1)
    return first
