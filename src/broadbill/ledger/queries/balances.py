"""What customers owe: sums of postings, never a stored number."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

BALANCES = """
SELECT account_id, sum(amount)::bigint FROM ledger_posting
WHERE account_id = ANY(%s) GROUP BY account_id
"""


def receivable_balances(account_ids: Sequence[int]) -> dict[int, int]:
    """Minor units owed by each account (negative: in credit). An account without postings is left out."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, [list(account_ids)])
        return dict(cursor.fetchall())
