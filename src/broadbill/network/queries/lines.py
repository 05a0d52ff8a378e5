"""Whose a name, an address or a MAC of the network is: found by exact key, online or not."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from django.db import connection

from broadbill.network.domain.naming import MAC, canonical_mac

# The first part knows who signs in so, online or not; the second whose connection has the address or the device.
LINES = """
SELECT DISTINCT ON (account.number, line.username) account.number, account.name, subscription.code, line.username,
       line.is_online
FROM (
    SELECT username, false AS is_online FROM network_access WHERE username = ANY(%(names)s)
    UNION ALL
    SELECT holder.username, false
    FROM network_assignment AS held JOIN network_access AS holder ON holder.id = held.access_id
    WHERE held.network && %(address)s::inet AND held.starts_at <= now()
      AND (held.ends_at IS NULL OR held.ends_at > now())
    UNION ALL
    SELECT username, true FROM radacct WHERE acctstoptime IS NULL AND username = ANY(%(names)s)
    UNION ALL
    SELECT username, true FROM radacct WHERE acctstoptime IS NULL AND framedipaddress = %(address)s
    UNION ALL
    SELECT username, true FROM radacct WHERE acctstoptime IS NULL AND callingstationid = %(station)s
) AS line
JOIN network_access AS access ON access.username = line.username
JOIN contracts_subscription AS subscription ON subscription.id = access.subscription_id
JOIN accounts_account AS account ON account.id = subscription.account_id
ORDER BY account.number, line.username, line.is_online DESC LIMIT 6
"""


@dataclass(frozen=True, slots=True)
class Line:
    account: str
    account_name: str
    subscription: str
    username: str
    is_online: bool


def lines_of(asked: str) -> list[Line]:
    """Lines that sign in by the name or MAC, or have the address now or for good. At most six. One query."""
    asked = asked.strip()
    address = _address(asked)
    mac = canonical_mac(asked) if MAC.fullmatch(asked) else None
    parameters = {"names": [name for name in (asked, mac) if name], "address": address, "station": mac}
    with connection.cursor() as cursor:
        cursor.execute(LINES, parameters)
        return [Line(*row) for row in cursor.fetchall()]


def _address(asked: str) -> str | None:
    try:
        return str(ipaddress.ip_address(asked))
    except ValueError:
        return None
