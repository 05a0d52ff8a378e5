"""Reading the event spine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadbill.kernel.models import Event


@dataclass(frozen=True, slots=True)
class EventRead:
    """One thing that happened. `data` is as it was recorded: money as minor units and currency, dates as ISO text."""

    id: int
    occurred_at: datetime
    actor: str
    verb: str
    object_type: str
    object_id: str
    data: Mapping[str, Any]


def events_of_account(*, account_id: int, limit: int, before: int | None = None) -> tuple[EventRead, ...]:
    """The account's latest events, newest first, or those recorded before one. One query over its own index."""
    events = Event.objects.filter(account_id=account_id)
    if before is not None:
        events = events.filter(id__lt=before)
    fields = ("id", "occurred_at", "actor", "verb", "object_type", "object_id", "data")
    return tuple(EventRead(*row) for row in events.order_by("-id").values_list(*fields)[:limit])
