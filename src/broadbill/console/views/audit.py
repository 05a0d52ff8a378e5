"""The audit trail: who did what, to what, when, with the values as they were recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from broadbill.accounts.queries.find import account_ids_numbered
from broadbill.console.asked import day_in
from broadbill.console.exports import csv_file
from broadbill.core.money import Currency, Money
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.identity.queries.users import names_of, staff_names
from broadbill.kernel.queries.events import EventRead, EventsAsked, all_events, event_page

# What is looked for by its kind alone is looked for so far back: kinds have no index of their own.
KIND_ALONE_DAYS = 31
NOBODY = -1


@requires(Permission.VIEW_LEDGER)
@require_GET
def audit(request: HttpRequest) -> HttpResponseBase:
    """The filters stand in the address: `person`, `account`, `kind`, `from`, `to`; `as=csv` is a file."""
    query, people = request.GET, staff_names()
    person, number, kind = (
        query.get("person", ""),
        query.get("account", "").strip(),
        query.get("kind", "").strip(),
    )
    first, last = day_in(query, "from"), day_in(query, "to")
    if kind and not (person or number or first):
        first = timezone.localdate() - timedelta(days=KIND_ALONE_DAYS)
    account_id = account_ids_numbered([number]).get(number, NOBODY) if number else None
    asked = EventsAsked(
        actor=f"user:{person}" if person.isdigit() else "",
        account_id=account_id,
        kind=kind,
        since=_midnight(first) if first else None,
        until=_midnight(last + timedelta(days=1)) if last else None,
    )
    if query.get("as") == "csv":
        head = ("at", "actor", "verb", "object_type", "object_id", "data")
        rows = ((e.occurred_at.isoformat(), e.actor, e.verb, e.object_type, e.object_id, dict(e.data)) for e in
                all_events(asked))  # fmt: skip
        return csv_file(f"audit-{timezone.localdate()}", head, rows)
    after = query.get("after", "")
    page = event_page(asked, after=int(after) if after.isdigit() else None)
    context = {
        "page": page,
        "rows": _told(page.rows),
        "people": [(str(key), name) for key, name in people.items()],
        "person": person,
        "number": number,
        "kind": kind,
        "first": first,
        "last": last,
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/audit.html{part}", context)


def _told(events: Iterable[EventRead]) -> list[tuple[EventRead, str, list[tuple[str, str]]]]:
    """Each event with who did it and its values as text."""
    events = list(events)
    names = names_of({int(e.actor.removeprefix("user:")) for e in events if e.actor.startswith("user:")})
    return [
        (
            event,
            _who(event.actor, names),
            [(key.replace("_", " "), _text(value)) for key, value in event.data.items()],
        )
        for event in events
    ]


def _who(actor: str, names: dict[int, str]) -> str:
    person = actor.removeprefix("user:")
    return names.get(int(person), actor) if actor.startswith("user:") else actor


def _text(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"minor", "currency"}:
        return f"{Money(value['minor'], Currency.of(value['currency']))} {value['currency']}"
    return str(value)


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
