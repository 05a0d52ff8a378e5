"""Incidents over a site or a device: declared, over, and given back once to whoever hangs under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.range import Range

from broadbill.contracts.domain.errors import OutageOnRecord
from broadbill.contracts.domain.outage_time import Span, minutes_of, uncounted
from broadbill.contracts.operations.outages import NewOutage, record_outage
from broadbill.core.rating import ScenarioError, parse_event
from broadbill.kernel.news import tell
from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import IncidentInvalid
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
    refuse_unreadable(place, credit)
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
def end_incident(
    *,
    incident_id: int,
    ends_at: datetime,
    now: datetime,
    actor: str,
    grants: bool = True,
    refunds: bool = False,
) -> int:
    """It is over: measure it, and have the next bills give back what its rule says. Return how many are given credit.

    Time that another incident has counted for a subscription is not counted again. Without `grants` the credit is
    proposed alone, for `decide_credit`, which says what `refunds` are. Raises: IncidentInvalid.
    """
    with connection.cursor() as cursor:
        # Of two that end at once, the second sees what the first has counted.
        cursor.execute("LOCK TABLE network_incident IN SHARE ROW EXCLUSIVE MODE")
    row = _known(incident_id)
    if row.ends_at is not None:
        raise IncidentInvalid(incident=str(incident_id), reason="it is over already")
    if not row.starts_at < ends_at <= now:
        raise IncidentInvalid(
            incident=str(incident_id), reason="it ends after it began, and not in the future"
        )
    _find_affected(row)
    row.ends_at = ends_at
    row.save(update_fields=["ends_at"])
    found = _measure(row)
    _record("incident.over", row, now, actor, subscriptions=found)
    if not grants or not row.credit:
        return 0
    return _decide(row, grants=True, refunds=refunds, now=now, actor=actor)


@transaction.atomic
def decide_credit(*, incident_id: int, grants: bool, now: datetime, actor: str, refunds: bool = False) -> int:
    """Give back with the next bills what an incident's rule says, or nothing. Return how many are given credit.

    With `refunds` what was paid for already is told to go back at once (news `network.credit_to_refund`).
    Raises: IncidentInvalid where it goes on, nothing is proposed, or that was decided.
    """
    row = _known(incident_id)
    if row.ends_at is None:
        raise IncidentInvalid(incident=str(incident_id), reason="it is not over yet")
    if not row.credit or row.decision:
        reason = f"credit was {row.decision} already" if row.decision else "it has no rule for credit"
        raise IncidentInvalid(incident=str(incident_id), reason=reason)
    return _decide(row, grants=grants, refunds=refunds, now=now, actor=actor)


def _decide(row: Incident, *, grants: bool, refunds: bool, now: datetime, actor: str) -> int:
    credited = _give_back(row, now, actor) if grants else 0
    row.decision = Incident.Decision.GRANTED if grants else Incident.Decision.DECLINED
    row.decided_at = now
    row.save(update_fields=["decision", "decided_at"])
    _record(f"incident.credit_{row.decision}", row, now, actor, credited=credited, refunds=grants and refunds)
    if credited and refunds:
        tell("network.credit_to_refund", incident_id=row.id)
    return credited


def _known(incident_id: int) -> Incident:
    """Its row, locked. Raises: IncidentInvalid."""
    row = Incident.objects.select_for_update().filter(pk=incident_id).first()
    if row is None:
        raise IncidentInvalid(incident=str(incident_id), reason="there is none; see: broadbill incident list")
    return row


def refuse_unreadable(place: str, credit: Mapping[str, Any]) -> None:
    """A rule that could not be rated is refused now, not when the incident is over. Raises: IncidentInvalid."""
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


def _measure(row: Incident) -> int:
    """Write down everybody's time that nothing else has counted. Returns how many they are."""
    assert row.ends_at is not None
    mine = list(Affected.objects.filter(incident=row).select_for_update().order_by("subscription_id"))
    others = _counted_elsewhere(row, [one.subscription_id for one in mine])
    for one in mine:
        spans = uncounted((row.starts_at, row.ends_at), others.get(one.subscription_id, ()))
        one.minutes = minutes_of(spans)
        one.spans = [Range(starts, ends) for starts, ends in spans]
    Affected.objects.bulk_update(mine, ["minutes", "spans"])
    return len(mine)


def _give_back(row: Incident, now: datetime, actor: str) -> int:
    """Record the outage of those who pay for time; rating works out what it is worth. Returns how many they are."""
    by_span: dict[Span, list[int]] = defaultdict(list)
    for subscription_id, spans in Affected.objects.filter(incident=row).values_list(
        "subscription_id", "spans"
    ):
        for span in spans:
            by_span[span.lower, span.upper].append(subscription_id)
    credited = set()
    for (starts, ends), subscription_ids in sorted(by_span.items()):
        if paying := creditable(subscription_ids, starts):
            outage = NewOutage(starts=starts, ends=ends, credit=row.credit)
            try:
                record_outage(outage=outage, subscription_ids=paying, now=now, actor=actor)
            except OutageOnRecord:
                # Somebody has recorded, and so credited, all of it by hand.
                continue
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
