"""When an account will be billed next."""

from __future__ import annotations

from datetime import date

from django.db import connection

# What the last run foresaw, or what became known since: whichever comes first.
NEXT = """
SELECT least(state.next_due_on, min(fact.effective_on) FILTER (WHERE fact.number > coalesce(state.facts_seen, 0)))
FROM contracts_fact AS fact LEFT JOIN billing_accountstate AS state ON state.account_id = fact.account_id
WHERE fact.account_id = %s GROUP BY state.next_due_on
"""


def next_bill_on(account_id: int, *, as_of: date) -> date | None:
    """The first day from `as_of` on whose run could owe something new as things stand; None when never. One query."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [account_id])
        row = cursor.fetchone()
    return max(row[0], as_of) if row and row[0] else None
