"""Reading the event spine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

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


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsAsked:
    """All of it may be left open. `kind` is how the verb begins, such as `payment`; `until` is not included."""

    actor: str = ""
    account_id: int | None = None
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """`next_key` asks for the page after this one, None when there is none."""

    rows: tuple[EventRead, ...]
    first: bool
    next_key: int | None


FIELDS = ("id", "occurred_at", "actor", "verb", "object_type", "object_id", "data")


def event_page(asked: EventsAsked, *, after: int | None = None, size: int = 50) -> EventPage:
    """Newest first. One query."""
    found = _asked_for(asked)
    if after is not None:
        found = found.filter(id__lt=after)
    rows = [EventRead(*row) for row in found.order_by("-id").values_list(*FIELDS)[: size + 1]]
    shown = rows[:size]
    return EventPage(tuple(shown), after is None, shown[-1].id if len(rows) > size else None)


def all_events(asked: EventsAsked) -> Iterator[EventRead]:
    """Every event that was asked for, newest first, read as it is taken."""
    for row in _asked_for(asked).order_by("-id").values_list(*FIELDS).iterator(chunk_size=2000):
        yield EventRead(*row)


def latest_of_verbs(verbs: Collection[str]) -> dict[str, EventRead]:
    """The newest event with each verb, of those that are of no account; verbs without one are left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT found.* FROM unnest(%s::text[]) AS asked CROSS JOIN LATERAL (SELECT {', '.join(FIELDS)}"
            " FROM event WHERE verb = asked AND account_id IS NULL ORDER BY id DESC LIMIT 1) AS found",
            [list(verbs)],
        )
        return {event.verb: event for event in (EventRead(*row) for row in cursor)}


def _asked_for(asked: EventsAsked) -> QuerySet[Event]:
    found = Event.objects.all()
    if asked.actor:
        found = found.filter(actor=asked.actor, actor__startswith="user:")
    if asked.account_id is not None:
        found = found.filter(account_id=asked.account_id)
    if asked.kind:
        found = found.filter(verb__startswith=asked.kind)
    if asked.since:
        found = found.filter(occurred_at__gte=asked.since)
    if asked.until:
        found = found.filter(occurred_at__lt=asked.until)
    return found


def events_of_account(*, account_id: int, limit: int, before: int | None = None) -> tuple[EventRead, ...]:
    """The account's latest events, newest first, or those recorded before one. One query over its own index."""
    events = Event.objects.filter(account_id=account_id)
    if before is not None:
        events = events.filter(id__lt=before)
    return tuple(EventRead(*row) for row in events.order_by("-id").values_list(*FIELDS)[:limit])
