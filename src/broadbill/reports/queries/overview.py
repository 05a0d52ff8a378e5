"""The overview's figures: sums of turnover and of what is open and late, quick at any number of accounts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection

from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.ledger.domain.chart import ALLOWANCES, RECEIVABLES, REVENUE
from broadbill.reports.domain.overview import Ages, Books, MonthOfBooks

MONTHS_SHOWN = 12

# Small: a row for each day, kind and account of the books, and those of today.
MONTHS = f"""
SELECT currency, date_trunc('month', posted_on)::date AS month,
       coalesce(sum(amount) FILTER (WHERE {RECEIVABLES} = ledger_account_id AND kind = ANY(%(bills)s)), 0)::bigint,
       coalesce(-sum(amount) FILTER (WHERE {RECEIVABLES} = ledger_account_id AND kind = ANY(%(money)s)), 0)::bigint,
       coalesce(-sum(amount) FILTER (WHERE ledger_account_id IN ({REVENUE}, {ALLOWANCES})), 0)::bigint,
       coalesce(sum(amount) FILTER (WHERE {RECEIVABLES} = ledger_account_id), 0)::bigint,
       coalesce(-sum(amount) FILTER (WHERE {RECEIVABLES} = ledger_account_id AND kind = ANY(%(money)s)
           AND posted_on < %(before_ends)s), 0)::bigint,
       coalesce(-sum(amount) FILTER (WHERE ledger_account_id IN ({REVENUE}, {ALLOWANCES})
           AND posted_on < %(before_ends)s), 0)::bigint
FROM ledger_turnover WHERE ledger_account_id IN ({RECEIVABLES}, {REVENUE}, {ALLOWANCES}) AND posted_on <= %(today)s
GROUP BY 1, 2 ORDER BY 1, 2
"""  # numbers of the chart
BILLS = ["invoice", "credit_note"]
MONEY = ["payment", "reversal", "refund", "chargeback", "voucher"]

# What is not due yet is the rest of what is owed: it is not read here, and right after a bill run it is everybody's.
LATE = """
SELECT coalesce(sum(item.open) FILTER (WHERE item.open > 0 AND item.due_on >= %(today)s::date - 30), 0)::bigint,
       coalesce(sum(item.open) FILTER (WHERE item.open > 0 AND item.due_on < %(today)s::date - 30
           AND item.due_on >= %(today)s::date - 60), 0)::bigint,
       coalesce(sum(item.open) FILTER (WHERE item.open > 0 AND item.due_on < %(today)s::date - 60), 0)::bigint,
       coalesce(sum(item.open) FILTER (WHERE item.open < 0), 0)::bigint
FROM payments_openitem AS item {joined}
WHERE item.open <> 0 AND item.due_on <= %(today)s AND (item.open < 0 OR item.due_on < %(today)s)
"""
OF_CURRENCY = """
JOIN accounts_account AS account ON account.id = item.account_id
JOIN accounts_profile AS profile ON profile.id = account.profile_id AND profile.currency = %(currency)s
"""


def books_by_month(*, currency: Currency, today: date) -> Books:
    """What was billed, collected, earned and owed in each of the last twelve months and in this one. One query."""
    this = Period.month(today).starts
    before = Period.month(this - timedelta(days=1)).starts
    asks: dict[str, Any] = {"bills": BILLS, "money": MONEY, "today": today,
            "before_ends": min(before + timedelta(days=today.day), this)}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(MONTHS, asks)
        rows = cursor.fetchall()
    found = {row[1]: row[2:] for row in rows if row[0] == currency.code}
    return Books(
        months=_months(found, currency, this),
        collected_before=Money(found.get(before, _NOTHING)[4], currency),
        earned_before=Money(found.get(before, _NOTHING)[5], currency),
        others=tuple(sorted({row[0] for row in rows} - {currency.code})),
    )


def owed_by_age(*, owed: Money, today: date, is_only_currency: bool) -> Ages:
    """What is late from the items that are, and the rest of `owed` as not due yet. One query."""
    query = LATE.format(joined="" if is_only_currency else OF_CURRENCY)
    with connection.cursor() as cursor:
        cursor.execute(query, {"today": today, "currency": owed.currency.code})
        to_30, to_60, older, in_credit = (Money(minor, owed.currency) for minor in cursor.fetchone())
    return Ages(owed - to_30 - to_60 - older - in_credit, to_30, to_60, older, in_credit)


_NOTHING = (0, 0, 0, 0, 0, 0)


def _months(found: dict[date, tuple[Any, ...]], currency: Currency, this: date) -> tuple[MonthOfBooks, ...]:
    """Every month from twelve before, those in which nothing was booked too; balances are carried on."""
    shown = [this]
    while len(shown) <= MONTHS_SHOWN:
        shown.append(Period.month(shown[-1] - timedelta(days=1)).starts)
    owed = sum(row[3] for month, row in found.items() if month < shown[-1])
    months = []
    for month in reversed(shown):
        billed, collected, earned, moved, *_ = found.get(month, _NOTHING)
        owed += moved
        months.append(
            MonthOfBooks(month, *(Money(int(x), currency) for x in (billed, collected, earned, owed)))
        )
    return tuple(months)
