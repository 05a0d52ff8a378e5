"""Incidents over a site or a device: declared, over, and given back once to whoever hangs under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from broadbill.contracts.operations.outages import NewOutage, record_outage
from broadbill.core.rating import ScenarioError, parse_event
from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import IncidentInvalid
from broadbill.network.domain.outage_time import Span, minutes_of, uncounted
from broadbill.network.models import Affected, Incident
from broadbill.network.operations.sites import device_coded, site_coded
from broadbill.network.queries.under import creditable, subscriptions_under


@transaction.atomic
def declare_incident(
    *,
    starts_at: datetime,
    cause: str,
    credit: Mapping[str, Any],
    now: datetime,
    actor: str,
    site: str = "",
    device: str = "",
) -> int:
    """Say that a site or a device is out, and return the incident's number. Whoever hangs under it is found at once.

    Raises: IncidentInvalid, PlaceUnknown.
    """
    place = site or device
    if bool(site) == bool(device):
        raise IncidentInvalid(incident=place, reason="name either a site or a device")
    if starts_at > now:
        raise IncidentInvalid(incident=place, reason="it has not begun yet")
    _refuse_unreadable(place, credit)
    row = Incident(
        site=site_coded(site) if site else None,
        device=device_coded(device) if device else None,
        cause=cause,
        credit=dict(credit),
        starts_at=starts_at,
        recorded_at=now,
        recorded_by=actor,
    )
    going_on = Incident.objects.filter(site=row.site, device=row.device, ends_at__isnull=True).first()
    if going_on is not None:
        raise IncidentInvalid(incident=str(going_on.id), reason=f"{place} is out already")
    row.save()
    found = _find_affected(row)
    _record("incident.declared", row, now, actor, place=place, cause=cause, subscriptions=found)
    return row.id


@transaction.atomic
def end_incident(*, incident_id: int, ends_at: datetime, now: datetime, actor: str) -> int:
    """It is over: measure it, and have the next bills give back what its rule says. Return how many are given credit.

    Time that another incident has counted for a subscription is not counted again. Raises: IncidentInvalid.
    """
    with connection.cursor() as cursor:
        # Of two that end at once, the second sees what the first has counted.
        cursor.execute("LOCK TABLE network_incident IN SHARE ROW EXCLUSIVE MODE")
    row = Incident.objects.filter(pk=incident_id).first()
    if row is None:
        raise IncidentInvalid(incident=str(incident_id), reason="there is none; see: broadbill incident list")
    if row.ends_at is not None:
        raise IncidentInvalid(incident=str(incident_id), reason="it is over already")
    if not row.starts_at < ends_at <= now:
        raise IncidentInvalid(
            incident=str(incident_id), reason="it ends after it began, and not in the future"
        )
    _find_affected(row)
    row.ends_at = ends_at
    row.save(update_fields=["ends_at"])
    by_spans = _measure(row)
    credited = _give_back(row, by_spans, now, actor) if row.credit else 0
    _record(
        "incident.over", row, now, actor, subscriptions=sum(map(len, by_spans.values())), credited=credited
    )
    return credited


def _refuse_unreadable(place: str, credit: Mapping[str, Any]) -> None:
    """A rule that could not be rated is refused now, not when the incident is over."""
    if not credit:
        return
    moment = "2026-01-01T00:00:00+00:00"
    event = {"do": "outage", "at": "2026-01-01", "from": moment, "to": moment.replace("T00", "T01"),
             "credit": {**credit, "of": ["access"]}}  # fmt: skip
    try:
        parse_event(0, event)
    except ScenarioError as error:
        reason = str(error).removeprefix("events[0].")
        raise IncidentInvalid(incident=place, reason=reason) from error


def _find_affected(row: Incident) -> int:
    """Add those who hang under it and were not found before. Returns how many hang under it now."""
    found = subscriptions_under(site_id=row.site_id, device_id=row.device_id, at=row.starts_at)
    Affected.objects.bulk_create(
        (Affected(incident=row, subscription_id=each) for each in found), ignore_conflicts=True
    )
    return len(found)


def _measure(row: Incident) -> dict[tuple[Span, ...], list[int]]:
    """Write down everybody's minutes; the subscriptions by the time of theirs that nothing else has counted."""
    assert row.ends_at is not None
    mine = list(Affected.objects.filter(incident=row).select_for_update().order_by("subscription_id"))
    others = _counted_elsewhere(row, [one.subscription_id for one in mine])
    by_spans: dict[tuple[Span, ...], list[int]] = defaultdict(list)
    for one in mine:
        spans = uncounted((row.starts_at, row.ends_at), others.get(one.subscription_id, ()))
        one.minutes = minutes_of(spans)
        by_spans[tuple(spans)].append(one.subscription_id)
    Affected.objects.bulk_update(mine, ["minutes"])
    return by_spans


def _give_back(
    row: Incident, by_spans: Mapping[tuple[Span, ...], Sequence[int]], now: datetime, actor: str
) -> int:
    """Record the outage of those who pay for time; rating works out what it is worth. Returns how many they are."""
    credited = set()
    for spans, subscription_ids in by_spans.items():
        for starts, ends in spans:
            if paying := creditable(subscription_ids, starts):
                outage = NewOutage(starts=starts, ends=ends, credit=row.credit)
                record_outage(outage=outage, subscription_ids=paying, now=now, actor=actor)
                credited.update(paying)
    return Affected.objects.filter(incident=row, subscription__in=credited).update(is_credited=True)


def _counted_elsewhere(row: Incident, subscription_ids: Sequence[int]) -> dict[int, list[Span]]:
    rows = Affected.objects.filter(
        subscription__in=subscription_ids,
        minutes__isnull=False,
        incident__starts_at__lt=row.ends_at,
        incident__ends_at__gt=row.starts_at,
    ).exclude(incident=row)
    spans: dict[int, list[Span]] = defaultdict(list)
    for subscription_id, starts, ends in rows.values_list(
        "subscription_id", "incident__starts_at", "incident__ends_at"
    ):
        if ends is not None:
            spans[subscription_id].append((starts, ends))
    return spans


def _record(verb: str, row: Incident, now: datetime, actor: str, **data: object) -> None:
    record_event(actor=actor, verb=verb, object_type="incident", object_id=row.id, occurred_at=now, data=data)
