"""What hangs under a site or a device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# In service then. Sessions tell where nobody said what an access hangs under.
UNDER = """
WITH RECURSIVE places AS (
    SELECT id FROM network_site WHERE id = %(site)s
    UNION
    SELECT part.id FROM network_site AS part JOIN places ON part.parent_id = places.id
), devices AS (
    SELECT id, nas_id FROM network_device WHERE site_id IN (SELECT id FROM places) OR id = %(device)s
    UNION
    SELECT below.id, below.nas_id FROM network_device AS below JOIN devices ON below.uplink_id = devices.id
), accesses AS (
    SELECT access.subscription_id FROM network_access AS access WHERE access.device_id IN (SELECT id FROM devices)
    UNION
    SELECT access.subscription_id
    FROM devices JOIN network_nas AS server ON server.id = devices.nas_id
    CROSS JOIN LATERAL (
        SELECT username FROM radacct
        WHERE nasipaddress = server.address AND acctstoptime IS NULL AND acctstarttime <= %(at)s
        UNION ALL
        SELECT username FROM radacct
        WHERE nasipaddress = server.address AND acctstoptime >= %(at)s - interval '15 minutes'
          AND acctstarttime <= %(at)s
    ) AS session
    JOIN network_access AS access ON access.username = session.username AND access.device_id IS NULL
)
SELECT DISTINCT subscription.id
FROM accesses
JOIN contracts_subscription AS subscription ON subscription.id = accesses.subscription_id
JOIN accounts_account AS account ON account.id = subscription.account_id
JOIN accounts_profile AS details ON details.id = account.profile_id
JOIN contracts_subscriptionterm AS term ON term.subscription_id = subscription.id AND term.superseded_at IS NULL
 AND term.holds @> (%(at)s::timestamptz AT TIME ZONE details.timezone)::date
WHERE term.state = 'active'
ORDER BY subscription.id
"""
CREDITABLE = """
SELECT subscription.id
FROM contracts_subscription AS subscription
JOIN accounts_account AS account ON account.id = subscription.account_id
JOIN accounts_profile AS details ON details.id = account.profile_id
JOIN contracts_subscriptionterm AS term ON term.subscription_id = subscription.id AND term.superseded_at IS NULL
 AND term.holds @> (%s::timestamptz AT TIME ZONE details.timezone)::date
WHERE subscription.id = ANY(%s) AND EXISTS (
    SELECT FROM catalog_charge AS charge
    WHERE charge.plan_id = term.plan_id AND charge.terms ->> 'type' = 'recurring'
)
ORDER BY subscription.id
"""
NAMES = """
SELECT account.name FROM accounts_account AS account
WHERE account.id IN (SELECT account_id FROM contracts_subscription WHERE id = ANY(%s)) ORDER BY account.name
"""
NAMES_TOLD = 8
SITES = """
SELECT site.code, site.name, coalesce(parent.code, ''),
       array(SELECT device.code FROM network_device AS device WHERE device.site_id = site.id ORDER BY device.code)
FROM network_site AS site LEFT JOIN network_site AS parent ON parent.id = site.parent_id ORDER BY site.code
"""

DEVICES = """
SELECT device.code, site.code, coalesce(server.name, ''), coalesce(uplink.code, ''),
       (SELECT count(*) FROM network_access AS access WHERE access.device_id = device.id)
FROM network_device AS device JOIN network_site AS site ON site.id = device.site_id
LEFT JOIN network_nas AS server ON server.id = device.nas_id
LEFT JOIN network_device AS uplink ON uplink.id = device.uplink_id
ORDER BY site.code, device.code
"""


@dataclass(frozen=True, slots=True)
class SiteRead:
    """A site with the codes of its devices."""

    code: str
    name: str
    parent: str
    devices: tuple[str, ...]


def sites_with_devices() -> list[SiteRead]:
    """All by code. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SITES)
        return [
            SiteRead(code, name, parent, tuple(devices)) for code, name, parent, devices in cursor.fetchall()
        ]


def subscriptions_under(*, site_id: int | None, device_id: int | None, at: datetime) -> list[int]:
    """Those in service at that instant under a site with its parts, or a device, and all that hangs under these."""
    with connection.cursor() as cursor:
        cursor.execute(UNDER, {"site": site_id, "device": device_id, "at": at})
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class DeviceRead:
    """A device: where it stands, the access server that it is, what it is connected by, how many accesses name it."""

    code: str
    site: str
    nas: str
    uplink: str
    accesses: int


def devices_read() -> list[DeviceRead]:
    """All by site and code. One query."""
    with connection.cursor() as cursor:
        cursor.execute(DEVICES)
        return [DeviceRead(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Reach:
    """How many services, of how many customers, and the first of their names."""

    services: int
    customers: int
    names: tuple[str, ...]


def reach_of(*, site: str = "", device: str = "", at: datetime) -> Reach:
    """Whom an incident at a place would find. Three queries."""
    with connection.cursor() as cursor:
        place = {"site": None, "device": None, "at": at}
        cursor.execute(
            "SELECT 'site', id FROM network_site WHERE code = %s UNION ALL"
            " SELECT 'device', id FROM network_device WHERE code = %s",
            [site or None, device or None],
        )
        place |= dict(cursor.fetchall())
        cursor.execute(UNDER, place)
        services = [row[0] for row in cursor.fetchall()]
        cursor.execute(NAMES, [services])
        names = [row[0] for row in cursor.fetchall()]
    return Reach(len(services), len(names), tuple(names[:NAMES_TOLD]))


def creditable(subscription_ids: Sequence[int], at: datetime) -> list[int]:
    """Those that pay for time, and had not ended by that instant."""
    with connection.cursor() as cursor:
        cursor.execute(CREDITABLE, [at, list(subscription_ids)])
        return [row[0] for row in cursor.fetchall()]
