"""How many services there are, from what is kept of their coming and going: quick at any number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection

from broadbill.contracts.models import SubscriptionTerm

ON_DAYS = """
SELECT asked.day, coalesce(sum(kept.change) FILTER (WHERE kept.day <= asked.day), 0)::bigint
FROM unnest(%(days)s::date[]) AS asked(day)
LEFT JOIN (
    SELECT day, sum(change) AS change FROM contracts_servicechange WHERE state = %(state)s GROUP BY day
) AS kept ON true
GROUP BY asked.day ORDER BY asked.day
"""

BY_PLAN = """
SELECT plan_id, state, sum(change)::bigint FROM contracts_servicechange
WHERE day <= %s AND plan_id = ANY(%s) GROUP BY plan_id, state
"""


def services_on(days: Sequence[date]) -> list[int]:
    """How many services run on each day (those suspended do not), as known today; in order of days. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ON_DAYS, {"days": list(days), "state": SubscriptionTerm.State.ACTIVE})
        return [count for _day, count in cursor.fetchall()]


def services_of_plans(plan_ids: Sequence[int], *, on: date) -> dict[int, int]:
    """How many subscribe to each plan on a day, suspended or not. One query."""
    counts = dict.fromkeys(plan_ids, 0)
    with connection.cursor() as cursor:
        cursor.execute(BY_PLAN, [on, list(plan_ids)])
        for plan_id, _state, count in cursor.fetchall():
            counts[plan_id] += count
    return counts
