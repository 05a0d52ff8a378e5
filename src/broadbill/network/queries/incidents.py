"""Incidents: the register, and what of an account is under one now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from broadbill.network.domain.errors import IncidentInvalid

INCIDENTS = """
SELECT incident.id, coalesce(site.code, device.code), incident.cause, incident.starts_at, incident.ends_at,
       count(affected.subscription_id), coalesce(sum(affected.minutes), 0),
       count(*) FILTER (WHERE affected.is_credited), incident.decision,
       incident.credit::text
FROM network_incident AS incident
LEFT JOIN network_site AS site ON site.id = incident.site_id
LEFT JOIN network_device AS device ON device.id = incident.device_id
LEFT JOIN network_affected AS affected ON affected.incident_id = incident.id
WHERE %(only)s::bigint IS NULL OR incident.id = %(only)s
GROUP BY incident.id, site.code, device.code ORDER BY incident.starts_at DESC, incident.id DESC LIMIT %(limit)s
"""
AFFECTED = """
SELECT account.number, account.name, subscription.code, affected.minutes, affected.is_credited
FROM network_affected AS affected
JOIN contracts_subscription AS subscription ON subscription.id = affected.subscription_id
JOIN accounts_account AS account ON account.id = subscription.account_id
WHERE affected.incident_id = %s ORDER BY account.name, account.number, subscription.code LIMIT %s
"""
CREDITED = """
SELECT DISTINCT subscription.account_id
FROM network_affected AS affected
JOIN contracts_subscription AS subscription ON subscription.id = affected.subscription_id
WHERE affected.incident_id = %s AND affected.is_credited ORDER BY subscription.account_id
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
    """`subscriptions` under it, the minutes that all of them together were out, how many are given credit.

    `decision` about what its rule `credit` gives back is `granted`, `declined` or empty; `is_proposed` while it waits.
    """

    id: int
    place: str
    cause: str
    starts_at: datetime
    ends_at: datetime | None
    subscriptions: int
    minutes: int
    credited: int
    decision: str
    credit: Mapping[str, Any]

    @property
    def is_proposed(self) -> bool:
        return self.ends_at is not None and bool(self.credit) and not self.decision

    @property
    def duration(self) -> int | None:
        """Whole minutes from its beginning to its end."""
        return None if self.ends_at is None else int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class AffectedRead:
    """A service under an incident; `minutes` are those that no other incident had counted, None while it goes on."""

    account: str
    name: str
    subscription: str
    minutes: int | None
    is_credited: bool


def incidents(*, limit: int) -> list[IncidentRead]:
    """Latest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(INCIDENTS, {"limit": limit, "only": None})
        return [_read(row) for row in cursor.fetchall()]


def incident_numbered(number: int) -> IncidentRead:
    """One query. Raises: IncidentInvalid."""
    with connection.cursor() as cursor:
        cursor.execute(INCIDENTS, {"limit": 1, "only": number})
        found = cursor.fetchone()
    if found is None:
        raise IncidentInvalid(incident=str(number), reason="there is none")
    return _read(found)


def affected_by(number: int, *, limit: int) -> list[AffectedRead]:
    """The services under it, by customer. One query."""
    with connection.cursor() as cursor:
        cursor.execute(AFFECTED, [number, limit])
        return [AffectedRead(*row) for row in cursor.fetchall()]


def accounts_credited(number: int) -> list[int]:
    """The ids of those that are given credit for it, ascending. One query."""
    with connection.cursor() as cursor:
        cursor.execute(CREDITED, [number])
        return [row[0] for row in cursor.fetchall()]


def incidents_over(account_id: int) -> dict[int, datetime]:
    """The account's subscriptions that are under an incident now, and when the first of them began. One query."""
    with connection.cursor() as cursor:
        cursor.execute(OVER_ACCOUNT, [account_id])
        return dict(cursor.fetchall())


def _read(row: tuple[Any, ...]) -> IncidentRead:
    told: tuple[Any, ...] = (*row[:-1], json.loads(row[-1]))
    return IncidentRead(*told)
