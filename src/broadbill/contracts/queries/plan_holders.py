"""Who has a plan."""

from __future__ import annotations

from datetime import date

from django.db import connection

HOLDERS = """
SELECT {what}
FROM contracts_subscriptionterm AS term
JOIN contracts_subscription AS subscription ON subscription.id = term.subscription_id
JOIN catalog_plan AS plan ON plan.id = term.plan_id
WHERE plan.code = %(plan)s AND term.superseded_at IS NULL
  AND (upper(term.holds) IS NULL OR upper(term.holds) > %(since)s)
"""
ACCOUNTS = (
    HOLDERS.format(what="DISTINCT subscription.account_id")
    + "AND subscription.account_id > %(after)s ORDER BY subscription.account_id LIMIT %(most)s"
)
COUNT = HOLDERS.format(what="count(DISTINCT subscription.id)") + "AND lower(term.holds) < %(since)s"


def accounts_with_plan(plan: str, *, since: date, after: int, most: int) -> list[int]:
    """The next accounts, by id, with a subscription that has the plan on some day from `since` on. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS, {"plan": plan, "since": since, "after": after, "most": most})
        return [row[0] for row in cursor.fetchall()]


def subscriptions_on_plan(plan: str, *, on: date) -> int:
    """How many subscriptions came to the plan before a day and have it on that day or later. One query."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"plan": plan, "since": on})
        (count,) = cursor.fetchone()
        return int(count)
