"""Which addresses are given out, and who had one when."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from broadbill.network.domain.addresses import pieces_of, spelled
from broadbill.network.domain.errors import AddressInvalid

# What was assigned, and what access servers reported: of their own pools, or in spite of what was assigned.
# Each part of the sessions has an index (migration `sessions_over`).
WHO_HAD = """
WITH found AS (
    SELECT 'assigned' AS source, access.username, held.network::text AS network, held.starts_at, held.ends_at,
           '' AS nas, '' AS station
    FROM network_assignment AS held JOIN network_access AS access ON access.id = held.access_id
    WHERE held.network >>= %(address)s::inet AND tstzrange(held.starts_at, held.ends_at) @> %(at)s::timestamptz
    UNION ALL
    SELECT 'session', session.username, %(address)s, session.acctstarttime, session.acctstoptime,
           coalesce(server.name, host(session.nasipaddress)), coalesce(session.callingstationid, '')
    FROM (
        SELECT * FROM radacct WHERE framedipaddress = %(address)s::inet AND acctstoptime IS NULL
        UNION ALL
        SELECT * FROM radacct WHERE framedipaddress = %(address)s::inet AND acctstoptime > %(at)s
        UNION ALL
        SELECT * FROM radacct WHERE radacctid IN (
            SELECT radacctid FROM radacct WHERE framedipv6address = %(address)s::inet
            UNION
            SELECT radacctid FROM radacct WHERE framedipv6prefix IS NOT NULL
              AND CASE WHEN framedipv6prefix ~ '^[0-9a-fA-F:.]+/[0-9]+$' THEN framedipv6prefix::inet END
                  >>= %(address)s::inet
            UNION
            SELECT radacctid FROM radacct WHERE delegatedipv6prefix IS NOT NULL
              AND CASE WHEN delegatedipv6prefix ~ '^[0-9a-fA-F:.]+/[0-9]+$' THEN delegatedipv6prefix::inet END
                  >>= %(address)s::inet
        ) AND (acctstoptime IS NULL OR acctstoptime > %(at)s)
    ) AS session LEFT JOIN network_nas AS server ON server.address = session.nasipaddress
    WHERE session.acctstarttime <= %(at)s
)
SELECT found.source, coalesce(found.username, ''), coalesce(account.number, ''), coalesce(account.name, ''),
       coalesce(subscription.code, ''), found.network, found.starts_at, found.ends_at, found.nas, found.station
FROM found
LEFT JOIN network_access AS access ON access.username = found.username
LEFT JOIN contracts_subscription AS subscription ON subscription.id = access.subscription_id
LEFT JOIN accounts_account AS account ON account.id = subscription.account_id
ORDER BY found.source DESC, found.starts_at
"""
POOLS = """
SELECT pool.code, pool.kind, pool.network::text, pool.piece_length, pool.kept_back,
       (SELECT count(*) FROM network_assignment AS held
        WHERE held.pool_id = pool.id AND (held.ends_at IS NULL OR held.ends_at > %s))
FROM network_pool AS pool ORDER BY pool.code
"""
NEARLY = 0.9


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who had an address: `session` as an access server reported it, or `assigned` by us.

    `account` is empty where nobody has the name. `ends_at` is None while it lasts.
    """

    source: str
    username: str
    account: str
    name: str
    subscription: str
    network: str
    starts_at: datetime
    ends_at: datetime | None
    nas: str
    station: str


@dataclass(frozen=True, slots=True)
class PoolRead:
    """`state` is `dry` when nothing is left, `nearly_dry` from nine tenths on, else `enough`."""

    code: str
    kind: str
    network: str
    piece_length: int
    count: int
    given: int

    @property
    def left(self) -> int:
        return max(self.count - self.given, 0)

    @property
    def state(self) -> str:
        if self.left == 0:
            return "dry"
        return "nearly_dry" if self.given >= self.count * NEARLY else "enough"


def who_had(*, address: str, at: datetime) -> list[Holder]:
    """Who had an address at an instant; sessions first. One query. Raises: AddressInvalid."""
    try:
        asked = str(ipaddress.ip_address(address.strip()))
    except ValueError as error:
        raise AddressInvalid(address=address, reason="it is no IP address") from error
    with connection.cursor() as cursor:
        cursor.execute(WHO_HAD, {"address": asked, "at": at})
        found = [Holder(*row) for row in cursor.fetchall()]
    return [replace(holder, network=spelled(holder.network)) for holder in found]


def pools(*, now: datetime) -> list[PoolRead]:
    """All by code, with how many are given. One query."""
    with connection.cursor() as cursor:
        cursor.execute(POOLS, [now])
        return [
            PoolRead(
                code,
                kind,
                network,
                length,
                pieces_of(code, kind, ipaddress.ip_network(network), length, kept_back).count,
                given,
            )
            for code, kind, network, length, kept_back, given in cursor.fetchall()
        ]
