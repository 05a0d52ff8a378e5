"""The facts of accounts as events of the rating core."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.db import connection

from broadbill.contracts.domain.fact import event_of
from broadbill.core.rating import Event, parse_event
from broadbill.core.rating.events import Subscribe

FACTS = """
SELECT account_id, number, kind, subscription_id, effective_on, detail
FROM contracts_fact WHERE account_id = ANY(%s) ORDER BY account_id, number
"""
ANY_SUBSCRIPTION = 0


def read_events(account_ids: Sequence[int]) -> dict[int, tuple[Event, ...]]:
    """Each account's facts in the order in which they became known. One query."""
    events: dict[int, list[Event]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [list(account_ids)])
        for account_id, number, kind, subscription_id, effective_on, detail in cursor.fetchall():
            shared = _parsed(
                kind, effective_on, detail, None if subscription_id is None else ANY_SUBSCRIPTION
            )
            events[account_id].append(_own(shared, number, subscription_id))
    return {account_id: tuple(known) for account_id, known in events.items()}


def _own(shared: Event, number: int, subscription_id: int | None) -> Event:
    """A shared fact with the number and subscription of one account's."""
    if isinstance(shared, Subscribe):
        # Nearly all facts are sales: `replace` would take five times as long.
        return Subscribe(number, shared.at, shared.recorded, shared.ref, str(subscription_id), shared.sale)
    if subscription_id is None:
        return replace(shared, key=number)
    return replace(shared, key=number, id=str(subscription_id))  # type: ignore[call-arg]


@lru_cache(maxsize=16384)
def _parsed(kind: str, effective_on: date, detail: str, subscription_id: int | None) -> Event:
    """A fact but for its number and subscription: customers who bought the same on the same day share it."""
    told = event_of(kind, effective_on, subscription_id, json.loads(detail, parse_float=Decimal))
    return parse_event(0, told)
