"""What interest is worked out from: debts past due with what came on them, and reference rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction

from django.db import connection

from broadbill.collections.domain.interest import LateItem, Rates, less_credit
from broadbill.collections.domain.policy import Step
from broadbill.collections.models import ReferenceRate
from broadbill.payments.queries.disputed import DISPUTED_ITEMS

# Interest and its compensation are no debt that bears interest: they come off the bill that has them.
LATE = f"""
SELECT item.account_id, item.id, item.due_on,
       item.amount - coalesce(disputed.amount, 0) - coalesce(interest.amount, 0), charged.until
FROM payments_openitem AS item
LEFT JOIN ({DISPUTED_ITEMS}) AS disputed ON disputed.item_id = item.id
LEFT JOIN LATERAL (
    SELECT sum(line.amount) AS amount FROM billing_line AS line
    WHERE line.document_id = item.document_id AND line.source IN (
        SELECT 'event:' || number FROM collections_interestcharge AS known
        CROSS JOIN LATERAL (VALUES (known.fact), (known.recovery_fact)) AS told(number)
        WHERE known.account_id = item.account_id AND number IS NOT NULL)
) AS interest ON true
LEFT JOIN LATERAL (
    SELECT max(upper(days)) AS until FROM collections_interestcharge WHERE item_id = item.id
) AS charged ON true
WHERE item.account_id = ANY(%(accounts)s) AND item.open > 0 AND item.due_on < %(on)s
ORDER BY item.account_id, item.due_on, item.id
"""
# What corrects a bill was never owed; money counts from the day it came, whenever it was recorded.
SETTLED = """
SELECT allocation.debit_id, CASE WHEN credit.kind = 'document' THEN debit.due_on ELSE credit.dated_on END AS came_on,
       sum(allocation.amount)::bigint
FROM payments_allocation AS allocation
JOIN payments_openitem AS credit ON credit.id = allocation.credit_id
JOIN payments_openitem AS debit ON debit.id = allocation.debit_id
WHERE allocation.debit_id = ANY(%s) AND allocation.undone_at IS NULL
GROUP BY 1, 2 ORDER BY 1, 2
"""
IN_CREDIT = """
SELECT account_id, -sum(open)::bigint FROM payments_openitem WHERE account_id = ANY(%s) AND open < 0 GROUP BY account_id
"""


def late_items(*, account_ids: Collection[int], on: date) -> dict[int, list[LateItem]]:
    """What is past due on the day by account, oldest first, net of credit. Three queries."""
    with connection.cursor() as cursor:
        cursor.execute(LATE, {"accounts": list(account_ids), "on": on})
        rows = cursor.fetchall()
        cursor.execute(SETTLED, [[row[1] for row in rows]])
        settled: dict[int, list[tuple[date, int]]] = defaultdict(list)
        for item_id, came_on, amount in cursor.fetchall():
            settled[item_id].append((came_on, amount))
        cursor.execute(IN_CREDIT, [list(account_ids)])
        credit = dict(cursor.fetchall())
    found: dict[int, list[LateItem]] = defaultdict(list)
    for account_id, item_id, due_on, principal, charged_to in rows:
        found[account_id].append(
            LateItem(
                item_id=item_id,
                due_on=due_on,
                principal=max(0, int(principal)),
                settled=tuple(settled[item_id]),
                charged_to=charged_to,
            )
        )
    return {account_id: less_credit(items, credit.get(account_id, 0)) for account_id, items in found.items()}


def reference_rates() -> dict[str, Rates]:
    """Every reference rate by its code. One query."""
    rows = ReferenceRate.objects.order_by("code", "starts_on", "-id").distinct("code", "starts_on")
    steps: dict[str, list[tuple[date, Fraction]]] = defaultdict(list)
    for row in rows:
        steps[row.code].append((row.starts_on, Fraction(row.percent)))
    return {code: Rates(tuple(found)) for code, found in steps.items()}


def rates_of(step: Step, references: Mapping[str, Rates]) -> Rates:
    """What a step of interest charges: its own percent, or the reference rate and its points."""
    if step.percent is not None:
        return Rates(((date.min, Fraction(step.percent)),))
    points = Fraction(step.points or 0)
    return Rates(tuple((day, percent + points) for day, percent in references[step.reference].steps))
