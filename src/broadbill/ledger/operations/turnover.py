"""Keeping the table of turnover small."""

from __future__ import annotations

from django.db import connection, transaction

# In one statement, so that every reader sees either the many rows or the one.
TIDY = """
WITH several AS (
    SELECT posted_on, kind, ledger_account_id, currency FROM ledger_turnover
    GROUP BY 1, 2, 3, 4 HAVING count(*) > 1
), gone AS (
    DELETE FROM ledger_turnover AS row USING several
    WHERE (row.posted_on, row.kind, row.ledger_account_id, row.currency)
        = (several.posted_on, several.kind, several.ledger_account_id, several.currency)
    RETURNING row.*
)
INSERT INTO ledger_turnover (posted_on, kind, ledger_account_id, currency, amount, postings)
SELECT posted_on, kind, ledger_account_id, currency, sum(amount), sum(postings) FROM gone GROUP BY 1, 2, 3, 4
"""


@transaction.atomic
def tidy_turnover() -> int:
    """Make one row of all of the same day, kind, account and currency; how many were made. The sums stay."""
    with connection.cursor() as cursor:
        cursor.execute(TIDY)
        return int(cursor.rowcount)
