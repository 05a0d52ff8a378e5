"""What the database's planner knows of the tables an import fills.

A table that was empty when it was last counted, as after a dry run, counts as empty until the import is committed.
To the planner every index of an empty table is as good as another, so it may check each reference by reading a
whole index: the import would take time in the square of its rows.
"""

from __future__ import annotations

from django.db import connection

FILLED = (
    "accounts_account",
    "accounts_contact",
    "accounts_profile",
    "contracts_contract",
    "contracts_fact",
    "contracts_subscription",
    "contracts_subscriptionterm",
    "ledger_journalentry",
    "ledger_posting",
    "payments_openitem",
)

# From here on the planner tells a good index from a bad one.
ROWS_ENOUGH = 100_000

THOUGHT_SMALL = """
SELECT relname FROM pg_class WHERE oid = ANY(%s::text[]::regclass[]) AND reltuples < %s ORDER BY relname
"""


def keep_autovacuum_off() -> None:
    """Hold the tables so that autovacuum does not count them as empty again before the commit.

    Reading and writing go on beside it; only VACUUM, ANALYZE and changes of the tables' shape wait.
    """
    with connection.cursor() as cursor:
        tables = ", ".join(f'"{table}"' for table in FILLED)
        cursor.execute(f"LOCK TABLE {tables} IN SHARE UPDATE EXCLUSIVE MODE")


def count_small_tables_anew() -> None:
    """Have the planner see the rows written so far, where it takes a table to be small. ANALYZE sees our own rows."""
    with connection.cursor() as cursor:
        cursor.execute(THOUGHT_SMALL, [list(FILLED), ROWS_ENOUGH])
        for (table,) in cursor.fetchall():
            cursor.execute(f'ANALYZE "{table}"')
