"""The facts of accounts as events of the rating core."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection

from broadbill.contracts.domain.fact import event_of
from broadbill.core.rating import Event, parse_event

FACTS = """
SELECT account_id, number, kind, subscription_id, effective_on, detail
FROM contracts_fact WHERE account_id = ANY(%s) ORDER BY account_id, number
"""


def read_events(account_ids: Sequence[int]) -> dict[int, tuple[Event, ...]]:
    """Each account's facts in the order in which they became known. One query."""
    events: dict[int, list[Event]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [list(account_ids)])
        for account_id, number, kind, subscription_id, effective_on, detail in cursor:
            event = event_of(kind, effective_on, subscription_id, json.loads(detail, parse_float=Decimal))
            events[account_id].append(parse_event(number, event))
    return {account_id: tuple(known) for account_id, known in events.items()}
