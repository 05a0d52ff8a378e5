"""Keeping the daily roll-ups."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

# What is summed is what was stored, so a sum is as exact as the records.
ROLL_UP = """
INSERT INTO usage_dailyrollup AS kept
    (account_id, used_on, subscription_id, meter, recorded_on, records, first_number, last_number, quantity)
SELECT record.account_id, record.used_on, record.subscription_id, record.meter, record.recorded_on,
       count(*), min(record.number), max(record.number),
       sum(coalesce(record.quantity, record.duration_seconds, 0))
FROM unnest(%s::bigint[], %s::int[]) AS known(account, number)
JOIN usage_usagerecord AS record ON record.account_id = known.account AND record.number > known.number
GROUP BY record.account_id, record.used_on, record.subscription_id, record.meter, record.recorded_on
ON CONFLICT (account_id, used_on, subscription_id, meter, recorded_on) DO UPDATE
SET records = kept.records + excluded.records, last_number = excluded.last_number,
    quantity = kept.quantity + excluded.quantity
"""


def roll_up(known: Mapping[int, int]) -> None:
    """Add each account's records after a number to its daily sums. The caller holds the accounts' locks."""
    with connection.cursor() as cursor:
        cursor.execute(ROLL_UP, [list(known), list(known.values())])
