"""Recording events on the spine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from broadbill.kernel.copying import copy_rows
from broadbill.kernel.models import Event

ROWS_PER_STATEMENT = 10_000
EVENT = ("occurred_at", "actor", "verb", "object_type", "object_id", "account_id", "data")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEvent:
    """What is to be recorded.

    actor:       who did it, such as `user:12`, `system:billing` or `command:import`
    verb:        what was done, such as `invoice.issued`
    object_type: the kind of thing it was done to, such as `invoice`, with its id as text
    account_id:  the account on whose page it shows, if there is one
    data:        the facts a reader needs, as JSON; money as {"minor": 1000, "currency": "EUR"}, dates as ISO text
    """

    actor: str
    verb: str
    object_type: str
    object_id: str
    occurred_at: datetime
    account_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def record_event(
    *,
    actor: str,
    verb: str,
    object_type: str,
    object_id: str | int,
    occurred_at: datetime,
    account_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> int:
    """Record one event in the transaction under way and return its id. See NewEvent for the words."""
    event = Event(
        actor=actor,
        verb=verb,
        object_type=object_type,
        object_id=str(object_id),
        occurred_at=occurred_at,
        account_id=account_id,
        data=dict(data or {}),
    )
    event.save(force_insert=True)
    return event.id


def record_events(events: Iterable[NewEvent]) -> int:
    """Record many events in the transaction under way, in order, and return how many there were."""
    recorded = 0
    remaining = iter(events)
    while batch := list(islice(remaining, ROWS_PER_STATEMENT)):
        copy_rows(Event._meta.db_table, EVENT, map(_row, batch))
        recorded += len(batch)
    return recorded


def _row(event: NewEvent) -> tuple[object, ...]:
    data = json.dumps(dict(event.data))
    return (
        event.occurred_at,
        event.actor,
        event.verb,
        event.object_type,
        event.object_id,
        event.account_id,
        data,
    )
