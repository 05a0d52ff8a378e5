"""A pass of collections over many accounts, 5 % of them overdue: `python -m benchmarks.dunning_pass [ACCOUNTS]`.

In a home of its own. The accounts and their open items are written by SQL; the pass is the real one. Half of the
overdue are due for a reminder, the rest for nothing yet.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, date, datetime

from benchmarks.home import own_home

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)

# Each points at the other, so both are written in one statement's transaction.
ACCOUNTS = """
WITH profile AS (
    INSERT INTO accounts_profile (id, account_id, legal_name, street, postcode, city, region, country, tax_id, email,
                                  language, currency, timezone, terms_days, tax_exempt, reverse_charge, recorded_at)
    SELECT n, n, 'Customer ' || n, '', '', '', '', '', '', 'c' || n || '@home.example', 'en', 'EUR', 'UTC', 14, '{}',
           false, now()
    FROM generate_series(1, %(accounts)s) AS n RETURNING id
)
INSERT INTO accounts_account (id, number, name, status, profile_id, pays_by, opened_on, notes, recorded_at,
                              facts_recorded, usage_recorded)
SELECT n, 'D' || n, 'Customer ' || n, 'active', n, 'transfer', '2026-01-01', '', now(), 0, 0
FROM generate_series(1, %(accounts)s) AS n
"""
# One open item each: not due yet, or for 5 % since 1 or since 5 days.
ITEMS = """
INSERT INTO payments_openitem (account_id, kind, dated_on, due_on, amount, open)
SELECT n, 'opening', '2026-02-01',
       CASE WHEN n %% 40 = 0 THEN date '2026-03-05' WHEN n %% 40 = 1 THEN date '2026-03-09' ELSE date '2026-03-20' END,
       3000, 3000
FROM generate_series(1, %(accounts)s) AS n
"""


def main(accounts: int = 1_000_000) -> None:
    with own_home("dunning-pass"):
        _measure(accounts)


def _measure(accounts: int) -> None:
    from django.db import connection, transaction

    from broadbill.collections.operations.run import run_collections

    began = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ACCOUNTS, {"accounts": accounts})
        cursor.execute(ITEMS, {"accounts": accounts})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{accounts:,} accounts filled in {time.monotonic() - began:.1f} s")
    for name, dry in (("judged", True), ("acted on", False), ("again", False)):
        began = time.monotonic()
        done = run_collections(on=TODAY, now=NOW, dry=dry)
        seconds = time.monotonic() - began
        print(f"{name}: {done.overdue:,} overdue, {sum(done.taken.values()):,} steps, {seconds:.1f} s")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
