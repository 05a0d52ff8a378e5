"""Keeping the table of how services become more and fewer small."""

from __future__ import annotations

from django.db import connection, transaction

# In one statement, so that every reader sees either the many rows or the one.
TIDY = """
WITH several AS (
    SELECT plan_id, state, day FROM contracts_servicechange GROUP BY 1, 2, 3 HAVING count(*) > 1
), gone AS (
    DELETE FROM contracts_servicechange AS row USING several
    WHERE (row.plan_id, row.state, row.day) = (several.plan_id, several.state, several.day)
    RETURNING row.*
)
INSERT INTO contracts_servicechange (plan_id, state, day, change)
SELECT plan_id, state, day, sum(change) FROM gone GROUP BY 1, 2, 3 HAVING sum(change) <> 0
"""


@transaction.atomic
def tidy_service_counts() -> int:
    """Make one row of all of the same plan, state and day; how many were made. The sums stay."""
    with connection.cursor() as cursor:
        cursor.execute(TIDY)
        return int(cursor.rowcount)
