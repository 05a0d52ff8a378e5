"""Watched devices: how each stands and since when, how it answered, what its interfaces carried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from broadbill.network.models import Detection, MonitoringPolicy

DEVICES = """
SELECT device.code, site.code, site.name, coalesce(uplink.code, ''), host(watch.address), watch.pings, watch.snmp,
       state.is_up, state.since, state.failing_since, state.probed_at, state.answered_at, state.round_trip_us,
       coalesce(state.trouble, ''), incident.id
FROM network_watch AS watch
JOIN network_device AS device ON device.id = watch.device_id
JOIN network_site AS site ON site.id = device.site_id
LEFT JOIN network_device AS uplink ON uplink.id = device.uplink_id
LEFT JOIN network_devicestate AS state ON state.device_id = device.id
LEFT JOIN network_incident AS incident ON incident.id = state.incident_id AND incident.ends_at IS NULL
WHERE (%(device)s = '' OR device.code = %(device)s)
  AND (%(asked)s = '' OR strpos(lower(device.code), lower(%(asked)s)) > 0 OR host(watch.address) = %(asked)s
       OR strpos(lower(site.name), lower(%(asked)s)) > 0)
ORDER BY state.is_up IS FALSE DESC, state.failing_since IS NOT NULL DESC, site.code, device.code LIMIT %(limit)s
"""
ANSWERS = """
SELECT date_bin(%(width)s, slot.at, %(starts)s), sum(slot.sent), sum(slot.answered),
       sum(slot.round_trip_us), max(slot.worst_us)
FROM network_probeslot AS slot JOIN network_device AS device ON device.id = slot.device_id
WHERE device.code = %(device)s AND slot.at >= %(starts)s AND slot.at < %(ends)s
GROUP BY 1 ORDER BY 1
"""
RATES = """
SELECT interface.name, date_bin(%(width)s, rate.at, %(starts)s), avg(rate.in_kbps)::bigint, avg(rate.out_kbps)::bigint,
       max(greatest(rate.in_kbps, rate.out_kbps))
FROM network_interface AS interface JOIN network_device AS device ON device.id = interface.device_id
JOIN network_interfacerate AS rate ON rate.interface_id = interface.id
WHERE device.code = %(device)s AND rate.at >= %(starts)s AND rate.at < %(ends)s
GROUP BY 1, 2 ORDER BY 1, 2
"""
INTERFACES = """
SELECT interface.name, interface.is_up, interface.speed_mbps, interface.read_at, interface.trouble,
       coalesce(account.number, ''), coalesce(account.name, '')
FROM network_interface AS interface JOIN network_device AS device ON device.id = interface.device_id
LEFT JOIN network_meteredline AS line ON line.interface_id = interface.id AND line.ends_at IS NULL
LEFT JOIN contracts_subscription AS subscription ON subscription.id = line.subscription_id
LEFT JOIN accounts_account AS account ON account.id = subscription.account_id
WHERE device.code = %(device)s ORDER BY interface.name
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """See `MonitoringPolicy`."""

    down_after_minutes: int
    up_after_minutes: int
    credit: Mapping[str, Any]
    reference: str | None


@dataclass(frozen=True, slots=True)
class DeviceWatched:
    """A watched device by its last probe; `is_up` None while nobody knows.

    `incident` is what it opened by itself, while that goes on.
    """

    code: str
    site: str
    site_name: str
    uplink: str
    address: str
    pings: bool
    snmp: str
    is_up: bool | None
    since: datetime | None
    failing_since: datetime | None
    probed_at: datetime | None
    answered_at: datetime | None
    round_trip_us: int | None
    trouble: str
    incident: int | None

    @property
    def round_trip_ms(self) -> str:
        """Of the last probe, to a tenth; empty where it was not answered."""
        return "" if self.round_trip_us is None else f"{self.round_trip_us / 1000:.1f}"

    @property
    def state(self) -> str:
        """`down`, `failing` (not for long enough yet), `back` (not for long enough yet), `up` or `unknown`."""
        if self.is_up is False:
            return "down" if self.failing_since else "back"
        if self.failing_since:
            return "failing"
        return "up" if self.is_up else "unknown"


@dataclass(frozen=True, slots=True)
class Answered:
    """How many probes of a time were sent and answered; round trips in microseconds, of all together and the worst."""

    at: datetime
    sent: int
    answered: int
    round_trip_us: int
    worst_us: int


@dataclass(frozen=True, slots=True)
class RateRead:
    """What an interface carried on average in a time, and at most in five minutes of it, in kbit/s."""

    interface: str
    at: datetime
    in_kbps: int
    out_kbps: int
    most_kbps: int


@dataclass(frozen=True, slots=True)
class InterfaceSeen:
    """An interface that is read; `account` and `name` are those of whose line it is, empty where it is nobody's."""

    name: str
    is_up: bool | None
    speed_mbps: int | None
    read_at: datetime | None
    trouble: str
    account: str
    customer: str


def review_of(incident: int) -> tuple[str, int | None] | None:
    """What was said of an incident that probes found, empty while nothing was, and the one it is part of.

    None: it was declared. One query.
    """
    return Detection.objects.filter(pk=incident).values_list("review", "merged_into").first()


def monitoring_policy() -> Policy:
    """As set, or the default: down after three minutes, back after five, nothing given back. One query."""
    row = MonitoringPolicy.objects.filter(pk=1).first()
    if row is None:
        return Policy(3, 5, {}, None)
    return Policy(row.down_after_minutes, row.up_after_minutes, row.credit, row.reference)


def watched_devices(device: str = "", *, asked: str = "", limit: int | None = None) -> list[DeviceWatched]:
    """What is down first: all, one, or those whose code, site or address is asked for. One query."""
    with connection.cursor() as cursor:
        cursor.execute(DEVICES, {"device": device, "asked": asked, "limit": limit})
        return [DeviceWatched(*row) for row in cursor.fetchall()]


def answers_of(*, device: str, starts: datetime, ends: datetime, width: str) -> list[Answered]:
    """How a device answered in `[starts, ends)`, by steps such as `1 hour`. One query."""
    return [Answered(*row) for row in _rows(ANSWERS, device, starts, ends, width)]


def rates_of(*, device: str, starts: datetime, ends: datetime, width: str) -> list[RateRead]:
    """What its interfaces carried, by name and step. One query."""
    return [RateRead(*row) for row in _rows(RATES, device, starts, ends, width)]


def interfaces_of(device: str) -> list[InterfaceSeen]:
    """Those that are read, by name. One query."""
    with connection.cursor() as cursor:
        cursor.execute(INTERFACES, {"device": device})
        return [InterfaceSeen(*row) for row in cursor.fetchall()]


def _rows(query: str, device: str, starts: datetime, ends: datetime, width: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"device": device, "starts": starts, "ends": ends, "width": width})
        return cursor.fetchall()
