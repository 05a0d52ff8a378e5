"""Checking the daily roll-ups against the records they sum up."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from broadbill.kernel.deviation import Deviation

ACCOUNTS_PER_BATCH = 1000

METERED = """
SELECT min(id), max(id)
FROM (SELECT id FROM accounts_account WHERE usage_recorded > 0 AND id > %s ORDER BY id LIMIT %s) AS metered
"""

DIFFERING = """
WITH summed AS (
    SELECT account_id, used_on, subscription_id, meter, recorded_on, count(*)::int AS records,
           min(number) AS first_number, max(number) AS last_number,
           sum(coalesce(quantity, duration_seconds, 0)) AS quantity
    FROM usage_usagerecord WHERE account_id BETWEEN %(first)s AND %(last)s
    GROUP BY account_id, used_on, subscription_id, meter, recorded_on
), kept AS (
    SELECT * FROM usage_dailyrollup WHERE account_id BETWEEN %(first)s AND %(last)s
)
SELECT account.number, meter, used_on, kept.quantity, kept.records, summed.quantity, summed.records
FROM summed FULL JOIN kept USING (account_id, used_on, subscription_id, meter, recorded_on)
JOIN accounts_account AS account ON account.id = account_id
WHERE (kept.records, kept.first_number, kept.last_number, kept.quantity)
      IS DISTINCT FROM (summed.records, summed.first_number, summed.last_number, summed.quantity)
ORDER BY account_id, used_on, meter
"""


def verify_roll_ups() -> Iterator[Deviation]:
    """Sum up every record again and compare. One query for some accounts at a time."""
    last = 0
    while (some := _some_accounts(after=last)) is not None:
        first, last = some
        with connection.cursor() as cursor:
            cursor.execute(DIFFERING, {"first": first, "last": last})
            for number, meter, used_on, *figures in cursor.fetchall():
                yield Deviation("usage", f"{number} {meter} {used_on}", _told(*figures))


def _some_accounts(*, after: int) -> tuple[int, int] | None:
    """The first and the last id of some accounts with usage."""
    with connection.cursor() as cursor:
        cursor.execute(METERED, [after, ACCOUNTS_PER_BATCH])
        first, last = cursor.fetchone()
    return None if first is None else (first, last)


def _told(kept: object, kept_records: object, summed: object, summed_records: object) -> str:
    return (
        f"the day's sum is {kept or 0} of {kept_records or 0} records,"
        f" the records are {summed_records or 0} and sum up to {summed or 0}"
    )
