"""Metered lines: whose interface, when it was read last, and what of it nobody can know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

LINES = """
SELECT line.id, account.number, subscription.code, device.code, interface.name, line.meter, line.starts_at,
       line.ends_at, interface.read_at, interface.trouble,
       (SELECT count(*) FROM network_countergap AS gap WHERE gap.interface_id = interface.id
        AND tstzrange(gap.starts_at, gap.ends_at) && tstzrange(line.starts_at, line.ends_at))
FROM network_meteredline AS line
JOIN network_interface AS interface ON interface.id = line.interface_id
JOIN network_device AS device ON device.id = interface.device_id
JOIN contracts_subscription AS subscription ON subscription.id = line.subscription_id
JOIN accounts_account AS account ON account.id = subscription.account_id
WHERE %(device)s = '' OR device.code = %(device)s
ORDER BY account.number, subscription.code, line.starts_at LIMIT %(limit)s
"""
GAPS = """
SELECT device.code, interface.name, coalesce(account.number, ''), coalesce(subscription.code, ''), gap.starts_at,
       gap.ends_at, gap.reason, gap.in_octets, gap.out_octets
FROM network_countergap AS gap
JOIN network_interface AS interface ON interface.id = gap.interface_id
JOIN network_device AS device ON device.id = interface.device_id
LEFT JOIN network_meteredline AS line ON line.interface_id = interface.id
 AND tstzrange(line.starts_at, line.ends_at) && tstzrange(gap.starts_at, gap.ends_at)
LEFT JOIN contracts_subscription AS subscription ON subscription.id = line.subscription_id
LEFT JOIN accounts_account AS account ON account.id = subscription.account_id
WHERE %(device)s = '' OR device.code = %(device)s
ORDER BY gap.starts_at DESC, gap.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class LineRead:
    """An interface that is or was a subscription's line. `trouble` tells why it could not be read last time."""

    id: int
    account: str
    subscription: str
    device: str
    interface: str
    meter: str
    starts_at: datetime
    ends_at: datetime | None
    read_at: datetime | None
    trouble: str
    gaps: int


@dataclass(frozen=True, slots=True)
class GapRead:
    """A time without samples: `missed` with what came through in all of it, `restarted` or `reset` without.

    `account` and `subscription` are empty where the interface was nobody's line.
    """

    device: str
    interface: str
    account: str
    subscription: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    in_octets: Decimal | None
    out_octets: Decimal | None


def metered_lines(*, limit: int, device: str = "") -> list[LineRead]:
    """By account, of all devices or of one. One query."""
    with connection.cursor() as cursor:
        cursor.execute(LINES, {"limit": limit, "device": device})
        return [LineRead(*row) for row in cursor.fetchall()]


def counter_gaps(*, limit: int, device: str = "") -> list[GapRead]:
    """Latest first, of all devices or of one. One query."""
    with connection.cursor() as cursor:
        cursor.execute(GAPS, {"limit": limit, "device": device})
        return [GapRead(*row) for row in cursor.fetchall()]
