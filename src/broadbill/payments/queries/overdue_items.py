"""The single debts that are past due, by account: what a reminder lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection

from broadbill.core.money import Currency, Money
from broadbill.payments.queries.disputed import DISPUTED_ITEMS

OVERDUE = f"""
SELECT item.account_id, coalesce(document.number, ''), item.open - coalesce(disputed.amount, 0),
       profile.currency, item.due_on
FROM payments_openitem AS item
JOIN accounts_account AS account ON account.id = item.account_id
JOIN accounts_profile AS profile ON profile.id = account.profile_id
LEFT JOIN billing_document AS document ON document.id = item.document_id
LEFT JOIN ({DISPUTED_ITEMS}) AS disputed ON disputed.item_id = item.id
WHERE item.account_id = ANY(%s) AND item.open <> 0 AND item.open > coalesce(disputed.amount, 0)
  AND item.due_on < %s
ORDER BY item.account_id, item.due_on, item.id
"""


@dataclass(frozen=True, slots=True)
class OverdueItem:
    """`number` is the invoice's, empty of what is none."""

    number: str
    open: Money
    due_on: date


def overdue_items(*, account_ids: Collection[int], on: date) -> dict[int, list[OverdueItem]]:
    """What is past due on the day and not in dispute, oldest first. One query."""
    found: dict[int, list[OverdueItem]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, [list(account_ids), on])
        for account_id, number, still_open, currency, due_on in cursor.fetchall():
            found[account_id].append(OverdueItem(number, Money(still_open, Currency.of(currency)), due_on))
    return found
