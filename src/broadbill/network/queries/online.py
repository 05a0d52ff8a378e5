"""Who is online: found by key, a page at a time."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from broadbill.network.domain.naming import MAC, canonical_mac

ROWS_SHOWN = 25
# Whoever has no account is online under a name that nobody has, and stays in sight.
ONLINE = """
SELECT session.radacctid, session.username, coalesce(account.number, ''), coalesce(account.name, ''),
       coalesce(subscription.code, ''), session.acctstarttime, session.acctupdatetime,
       coalesce(server.name, host(session.nasipaddress)), coalesce(server.site, ''),
       coalesce(host(session.framedipaddress), ''), coalesce(session.callingstationid, ''),
       coalesce(session.acctinputoctets, 0), coalesce(session.acctoutputoctets, 0), coalesce(session.class, '')
FROM radacct AS session
LEFT JOIN network_access AS access ON access.username = session.username
LEFT JOIN contracts_subscription AS subscription ON subscription.id = access.subscription_id
LEFT JOIN accounts_account AS account ON account.id = subscription.account_id
LEFT JOIN network_nas AS server ON server.address = session.nasipaddress
WHERE session.acctstoptime IS NULL AND {which}
ORDER BY session.radacctid DESC LIMIT {limit}
"""


@dataclass(frozen=True, slots=True)
class OnlineSession:
    """One connection, as its server last reported it. Octets up are from the customer.

    `profile` is what it was told.
    """

    id: int
    username: str
    account: str
    name: str
    subscription: str
    since: datetime | None
    heard_at: datetime | None
    nas: str
    site: str
    address: str
    calling_station: str
    up_octets: int
    down_octets: int
    profile: str


@dataclass(frozen=True, slots=True)
class OnlinePage:
    """Latest sign-ins first. `total` counts all who are online, whatever was asked for."""

    rows: tuple[OnlineSession, ...]
    total: int
    first: bool
    next_key: int | None


def online_page(*, asked: str = "", before: int | None = None) -> OnlinePage:
    """Those online whose name, address or MAC is `asked`, or everybody. Two queries."""
    which, parameters = _key(asked)
    if before is not None:
        which, parameters = f"{which} AND session.radacctid < %s", [*parameters, before]
    rows = _sessions(which, parameters, ROWS_SHOWN + 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM radacct WHERE acctstoptime IS NULL")
        [total] = cursor.fetchone()
    shown = tuple(rows[:ROWS_SHOWN])
    return OnlinePage(shown, total, before is None, shown[-1].id if len(rows) > ROWS_SHOWN else None)


def sessions_of_account(account_id: int) -> list[OnlineSession]:
    """Those of an account's lines, latest first. One query."""
    name = "session.username IN (SELECT username FROM network_access JOIN contracts_subscription AS own"
    return _sessions(
        f"{name} ON own.id = subscription_id WHERE own.account_id = %s)", [account_id], ROWS_SHOWN
    )


def _key(asked: str) -> tuple[str, list[Any]]:
    """An address is looked up as one, a MAC as who called or signed in, anything else as a name."""
    asked = asked.strip()
    if not asked:
        return "TRUE", []
    try:
        return "session.framedipaddress = %s", [str(ipaddress.ip_address(asked))]
    except ValueError:
        pass
    if MAC.fullmatch(asked):
        mac = canonical_mac(asked)
        return "(session.callingstationid = %s OR session.username = %s)", [mac, mac]
    return "session.username = %s", [asked]


def _sessions(which: str, parameters: Sequence[Any], limit: int) -> list[OnlineSession]:
    with connection.cursor() as cursor:
        cursor.execute(ONLINE.format(which=which, limit=limit), parameters)
        return [OnlineSession(*row) for row in cursor.fetchall()]
