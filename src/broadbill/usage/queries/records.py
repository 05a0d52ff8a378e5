"""Usage as the rating core reads it: sums of days where they do, records where it must."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from broadbill.core.rating import UsageRecord
from broadbill.core.rating.needs import UsageNeeds
from broadbill.kernel.reading import in_blocks
from broadbill.usage.queries.roll_ups import last_days_before, roll_ups

# One look into the index for each meter of each account, however much others used: OFFSET 0 keeps the planner to it.
RECORDS = """
SELECT record.*
FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::date[]) AS wanted(account, meter, first_day, last_day),
LATERAL (
    SELECT account_id, number, source_id, subscription_id::text, meter,
           (extract(epoch FROM at) * 1000000)::bigint AS at_us, timezone, used_on, recorded_on, quantity,
           duration_seconds, destination, inward, outward, value
    FROM usage_usagerecord
    WHERE account_id = wanted.account AND meter = wanted.meter
      AND used_on BETWEEN wanted.first_day AND wanted.last_day
    OFFSET 0
) AS record
ORDER BY record.account_id, record.number
"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The days of a meter of an account, both included, whose records are read.
Days = tuple[int, str, date, date]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of an account's usage.

    `seen` are the numbers up to which documents knew its records: a day's sum that one of them knew only in part is
    read from its records.
    """

    needs: UsageNeeds
    seen: Sequence[int] = ()


def read_usage(wanted: Mapping[int, Wanted]) -> dict[int, list[tuple[int, UsageRecord]]]:
    """Each account's usage, as records with their numbers or as sums of days with their last records' numbers.

    What a document knew of it is what has a number up to its `usage_seen`; who asks for that asks for each day.
    Three queries at most.
    """
    usage: dict[int, list[tuple[int, UsageRecord]]] = defaultdict(list)
    if not wanted:
        return usage
    needs = {account_id: asked.needs for account_id, asked in wanted.items()}
    days = {
        (account_id, meter, asked.from_day, date.max)
        for account_id, asked in needs.items()
        for meter in asked.by_record
    }
    days |= {(account_id, meter, day, day) for account_id, meter, day in last_days_before(needs)}
    divided = set()
    seen_of = {account_id: [seen for seen in asked.seen if seen] for account_id, asked in wanted.items()}
    for account_id, row in roll_ups(needs):
        seen_by_documents = seen_of[account_id]
        if seen_by_documents and any(
            row.first_number <= seen < row.last_number for seen in seen_by_documents
        ):
            days.add((account_id, row.meter, row.used_on, row.used_on))
            divided.add((account_id, row.subscription, row.meter, row.used_on, row.recorded_on))
        else:
            usage[account_id].append((row.last_number, row.as_record()))
    for account_id, number, record in _records(days):
        if (
            record.meter in needs[account_id].by_record
            or (account_id, record.subscription, record.meter, record.day, record.recorded) in divided
        ):
            usage[account_id].append((number, record))
    return usage


def _records(days: Iterable[Days]) -> Iterator[tuple[int, int, UsageRecord]]:
    """The records of some days with account and number, in the order in which they became known. One query, or none."""
    columns = [list(column) for column in zip(*days, strict=True)]
    if not columns:
        return
    # What thousands of records have in common is kept once: half of their memory.
    shared: dict[object, Any] = {}
    once = shared.setdefault
    # Without the class's own `__new__`, which is Python and takes as long as all the rest.
    make = tuple.__new__
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, columns)
        for (account_id, number, source_id, subscription, meter, at_us, timezone, used_on, recorded_on, quantity,
             duration, to, inward, outward, value) in in_blocks(cursor):  # fmt: skip
            fields = (
                number if source_id is None else source_id,
                once(subscription, subscription),
                once(meter, meter),
                EPOCH + timedelta(microseconds=at_us),
                once(used_on, used_on),
                once(recorded_on, recorded_on),
                quantity,
                duration,
                to,
                inward,
                outward,
                value,
                False,
                once(timezone, timezone),
            )
            yield account_id, number, make(UsageRecord, fields)
