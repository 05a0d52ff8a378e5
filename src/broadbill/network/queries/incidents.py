"""Incidents: the register, and what of an account is under one now."""

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
OVER_ACCOUNT = """
SELECT affected.subscription_id, min(incident.starts_at)
FROM network_affected AS affected
JOIN network_incident AS incident ON incident.id = affected.incident_id
JOIN contracts_subscription AS subscription ON subscription.id = affected.subscription_id
WHERE subscription.account_id = %s AND incident.ends_at IS NULL
GROUP BY affected.subscription_id
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


def incidents(*, limit: int) -> list[IncidentRead]:
    """Latest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(INCIDENTS, [limit])
        return [IncidentRead(*row) for row in cursor.fetchall()]


def incidents_over(account_id: int) -> dict[int, datetime]:
    """The account's subscriptions that are under an incident now, and when the first of them began. One query."""
    with connection.cursor() as cursor:
        cursor.execute(OVER_ACCOUNT, [account_id])
        return dict(cursor.fetchall())
