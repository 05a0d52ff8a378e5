"""What was billed, by the minimum term of the contracts it was billed under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from broadbill.core.money import Currency, Money
from broadbill.core.period import Period

BY_TERM = """
SELECT document.currency, line.subscription_id IS NOT NULL, contract.term_months,
       count(DISTINCT document.id), count(DISTINCT line.subscription_id), sum(line.amount)
FROM billing_document AS document
JOIN billing_line AS line ON line.document_id = document.id
LEFT JOIN contracts_subscription AS subscription ON subscription.id = line.subscription_id
LEFT JOIN contracts_contract AS contract ON contract.id = subscription.contract_id
WHERE (document.run_id = %(run)s OR document.issued_on >= %(starts)s AND document.issued_on < %(ends)s)
GROUP BY 1, 2, 3
ORDER BY 1, 2 DESC, 3 NULLS FIRST
"""


@dataclass(frozen=True, slots=True)
class TermTotal:
    """What was billed under one term in one currency; credit notes count with their sign.

    `term_months` None is month to month. Lines of no subscription, such as goodwill, stand in a row of their own.
    """

    term_months: int | None
    of_subscriptions: bool
    documents: int
    subscriptions: int
    subtotal: Money


def billed_in_run(run_id: int) -> tuple[TermTotal, ...]:
    """The documents of one bill run. One query."""
    return _totals({"run": run_id, "starts": None, "ends": None})


def billed_in_period(period: Period) -> tuple[TermTotal, ...]:
    """The documents issued in the period. One query."""
    return _totals({"run": None, "starts": period.starts, "ends": period.ends})


def _totals(which: dict[str, Any]) -> tuple[TermTotal, ...]:
    with connection.cursor() as cursor:
        cursor.execute(BY_TERM, which)
        return tuple(
            TermTotal(term, of_subscriptions, documents, subscriptions, Money(int(amount), Currency.of(code)))
            for code, of_subscriptions, term, documents, subscriptions, amount in cursor.fetchall()
        )
