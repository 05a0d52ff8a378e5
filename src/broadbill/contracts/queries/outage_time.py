"""The time of services for which an outage is on record already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from broadbill.contracts.domain.outage_time import Span

# An outage of the whole account is one of each of its services. One that was voided counts nothing, unless that
# voiding was voided.
ON_RECORD = """
SELECT subscription.id, charge.code, (fact.detail ->> 'from')::timestamptz, (fact.detail ->> 'to')::timestamptz
FROM contracts_subscription AS subscription
JOIN contracts_fact AS fact ON fact.account_id = subscription.account_id AND fact.kind = 'outage'
 AND (fact.subscription_id IS NULL OR fact.subscription_id = subscription.id)
CROSS JOIN LATERAL jsonb_array_elements_text(fact.detail -> 'credit' -> 'of') AS charge(code)
WHERE subscription.id = ANY(%(subscriptions)s)
  AND NOT EXISTS (
    SELECT FROM contracts_fact AS void
    WHERE void.account_id = fact.account_id AND void.kind = 'void' AND (void.detail ->> 'event')::int = fact.number
      AND NOT EXISTS (
        SELECT FROM contracts_fact AS restored WHERE restored.account_id = void.account_id
        AND restored.kind = 'void' AND (restored.detail ->> 'event')::int = void.number
      )
  )
  AND (fact.detail ->> 'from')::timestamptz < %(ends)s AND (fact.detail ->> 'to')::timestamptz > %(starts)s
"""


def outages_on_record(
    *, subscription_ids: Sequence[int], starts: datetime, ends: datetime
) -> dict[tuple[int, str], list[Span]]:
    """Spans that overlap `[starts, ends)`, by subscription and charge. One query."""
    found: dict[tuple[int, str], list[Span]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(ON_RECORD, {"subscriptions": list(subscription_ids), "starts": starts, "ends": ends})
        for subscription_id, charge, began, ended in cursor.fetchall():
            found[subscription_id, charge].append((began, ended))
    return found
