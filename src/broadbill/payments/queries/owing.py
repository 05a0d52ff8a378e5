"""What a customer owes, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from broadbill.core.money import Currency, Money

OWING = """
SELECT coalesce(sum(open), 0)::bigint,
       coalesce(sum(open) FILTER (WHERE open > 0 AND due_on < %(as_of)s), 0)::bigint,
       min(due_on) FILTER (WHERE open > 0),
       count(*) FILTER (WHERE open > 0)
FROM payments_openitem WHERE account_id = %(account)s AND open <> 0
"""


@dataclass(frozen=True, slots=True)
class Owing:
    """`balance` is owed when positive, in credit when negative; `overdue` was due before the day asked."""

    balance: Money
    overdue: Money
    oldest_due_on: date | None
    open_items: int


def owing_of(*, account_id: int, currency: Currency, as_of: date) -> Owing:
    """One query over the items that are still open."""
    with connection.cursor() as cursor:
        cursor.execute(OWING, {"account": account_id, "as_of": as_of})
        balance, overdue, oldest, items = cursor.fetchone()
    return Owing(Money(balance, currency), Money(overdue, currency), oldest, items)
