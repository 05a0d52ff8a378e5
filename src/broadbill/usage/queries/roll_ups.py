"""Reading the daily roll-ups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from django.db import connection

from broadbill.core.rating.needs import UsageNeeds
from broadbill.kernel.reading import in_blocks
from broadbill.usage.domain.roll_up import RollUp

# One look into an index for each account, however many days others have: OFFSET 0 keeps the planner to it.
ROLL_UPS = """
SELECT roll_up.*
FROM unnest(%s::bigint[], %s::date[]) AS wanted(account, from_day),
LATERAL (
    SELECT account_id, subscription_id::text, meter, used_on, recorded_on, records, first_number, last_number, quantity
    FROM usage_dailyrollup WHERE account_id = wanted.account AND used_on >= wanted.from_day
    OFFSET 0
) AS roll_up
WHERE (roll_up.account_id, roll_up.meter) NOT IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
ORDER BY roll_up.account_id, roll_up.first_number
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
    """The accounts' sums of days, but for the meters that are rated record by record. One query."""
    from_days = [asked.from_day for asked in needs.values()]
    by_record = [(account_id, meter) for account_id, asked in needs.items() for meter in asked.by_record]
    with connection.cursor() as cursor:
        cursor.execute(
            ROLL_UPS,
            [list(needs), from_days, [account_id for account_id, _ in by_record], [m for _, m in by_record]],
        )
        for row in in_blocks(cursor):
            yield row[0], RollUp._make(row[1:])


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
