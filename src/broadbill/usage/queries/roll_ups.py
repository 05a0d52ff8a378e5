"""Reading the daily roll-ups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

from django.db import connection

from broadbill.core.rating.needs import UsageNeeds
from broadbill.kernel.reading import in_blocks
from broadbill.usage.domain.roll_up import RollUp

# One look into an index for each account, however many days others have: OFFSET 0 keeps the planner to it. Days between
# two cuts are summed up, what was used and what was taken back each by itself; without cuts, every row is a sum.
ROLL_UPS = """
SELECT account_id, subscription_id::text, meter, min(used_on), max(used_on), max(recorded_on), sum(records)::int,
       min(first_number), max(last_number), sum(quantity)
FROM (
    SELECT account, from_day, cuts::date[]
    FROM unnest(%s::bigint[], %s::date[], %s::text[]) AS asked(account, from_day, cuts) OFFSET 0
) AS wanted,
LATERAL (
    SELECT * FROM usage_dailyrollup WHERE account_id = wanted.account AND used_on >= wanted.from_day
    OFFSET 0
) AS roll_up
WHERE (account_id, meter) NOT IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
GROUP BY account_id, subscription_id, meter, quantity > 0, width_bucket(used_on, cuts),
         CASE WHEN cuts IS NULL THEN first_number END
ORDER BY account_id, min(first_number)
"""

LAST_DAYS = """
SELECT DISTINCT wanted.account, wanted.meter, last.day
FROM unnest(%s::bigint[], %s::text[], %s::date[]) AS wanted(account, meter, day),
LATERAL (
    SELECT max(used_on) AS day
    FROM usage_dailyrollup
    WHERE account_id = wanted.account AND meter = wanted.meter AND used_on < wanted.day
    GROUP BY subscription_id
) AS last
"""

LATE = """
SELECT billed.account
FROM unnest(%s::bigint[], %s::int[], %s::date[]) AS billed(account, seen, until)
WHERE EXISTS (
    SELECT FROM usage_dailyrollup
    WHERE account_id = billed.account AND last_number > billed.seen AND used_on < billed.until
    OFFSET 0
)
"""


def roll_ups(needs: Mapping[int, UsageNeeds]) -> Iterator[tuple[int, RollUp]]:
    """The accounts' sums of days, but for the meters that are rated record by record. One query.

    Where their needs have cuts, days between two cuts are one sum.
    """
    from_days = [asked.from_day for asked in needs.values()]
    cuts = [None if asked.cuts is None else _listed(asked.cuts) for asked in needs.values()]
    by_record = [(account_id, meter) for account_id, asked in needs.items() for meter in asked.by_record]
    with connection.cursor() as cursor:
        cursor.execute(
            ROLL_UPS,
            [
                list(needs),
                from_days,
                cuts,
                [account_id for account_id, _ in by_record],
                [m for _, m in by_record],
            ],
        )
        for row in in_blocks(cursor):
            yield row[0], RollUp._make(row[1:])


@lru_cache(maxsize=4096)
def _listed(days: tuple[date, ...]) -> str:
    """Days as the text of an array: accounts share few lists of them."""
    return "{" + ",".join(day.isoformat() for day in days) + "}"


def last_days_before(needs: Mapping[int, UsageNeeds]) -> set[tuple[int, str, date]]:
    """Account, meter and day where a level was last recorded before usage is asked for. One query, or none."""
    asked = [
        (account_id, meter, wanted.from_day)
        for account_id, wanted in needs.items()
        if wanted.from_day > date.min
        for meter in wanted.levels
    ]
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(LAST_DAYS, [list(column) for column in zip(*asked, strict=True)])
        return set(cursor.fetchall())


def accounts_with_late_usage(billed: Mapping[int, tuple[int, date]]) -> set[int]:
    """Those of which usage became known, after a number of records, of a day before one. One query."""
    seen, until = [number for number, _ in billed.values()], [day for _, day in billed.values()]
    with connection.cursor() as cursor:
        cursor.execute(LATE, [list(billed), seen, until])
        return {row[0] for row in cursor.fetchall()}
