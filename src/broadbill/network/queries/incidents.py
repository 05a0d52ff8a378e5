"""Incidents: the register, and those that an account is under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

INCIDENTS = """
SELECT incident.id, coalesce(site.code, device.code), incident.cause, incident.starts_at, incident.ends_at,
       count(affected.subscription_id), coalesce(sum(affected.minutes), 0),
       count(*) FILTER (WHERE affected.is_credited)
FROM network_incident AS incident
LEFT JOIN network_site AS site ON site.id = incident.site_id
LEFT JOIN network_device AS device ON device.id = incident.device_id
LEFT JOIN network_affected AS affected ON affected.incident_id = incident.id
GROUP BY incident.id, site.code, device.code ORDER BY incident.starts_at DESC, incident.id DESC LIMIT %s
"""
OF_ACCOUNT = """
SELECT incident.id, subscription.id, incident.cause, incident.starts_at, incident.ends_at
FROM network_affected AS affected
JOIN network_incident AS incident ON incident.id = affected.incident_id
JOIN contracts_subscription AS subscription ON subscription.id = affected.subscription_id
WHERE subscription.account_id = %s AND (incident.ends_at IS NULL OR incident.ends_at > %s)
ORDER BY incident.starts_at DESC, subscription.id
"""


@dataclass(frozen=True, slots=True)
class IncidentRead:
    """`subscriptions` under it, the minutes that all of them together were out, how many are given credit."""

    id: int
    place: str
    cause: str
    starts_at: datetime
    ends_at: datetime | None
    subscriptions: int
    minutes: int
    credited: int


@dataclass(frozen=True, slots=True)
class OutageOfAccount:
    """`ends_at` is None while it goes on."""

    incident: int
    subscription_id: int
    cause: str
    starts_at: datetime
    ends_at: datetime | None


def incidents(*, limit: int) -> list[IncidentRead]:
    """Latest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(INCIDENTS, [limit])
        return [IncidentRead(*row) for row in cursor.fetchall()]


def outages_of(*, account_id: int, since: datetime) -> list[OutageOfAccount]:
    """Incidents that an account's subscriptions are under, or were since an instant; latest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(OF_ACCOUNT, [account_id, since])
        return [OutageOfAccount(*row) for row in cursor.fetchall()]
