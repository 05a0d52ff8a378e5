"""What each line at a router must be by now, from the same standing and the same speeds that RADIUS answers by."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from broadbill.network.adapters.routeros import RouterServer
from broadbill.network.domain.router_rows import Line

LINES = """
SELECT router.id, standing.subscription_id, standing.username, standing.kind, standing.password,
       coalesce(host(standing.address), ''), standing.state, coalesce(profile.code, ''),
       coalesce((SELECT item.value FROM radgroupreply AS item WHERE item.groupname = profile.code
                 AND item.attribute = 'Mikrotik-Rate-Limit'), ''),
       coalesce(profile.address_list, '')
FROM network_routerline AS line
JOIN network_router AS router ON router.id = line.router_id
JOIN network_standing AS standing ON standing.access_id = line.access_id
LEFT JOIN network_profile AS profile ON profile.id = standing.profile_id
WHERE {which}
ORDER BY standing.username
"""
SERVERS = """
SELECT id, name, address, port, is_tls, certificate, username, password FROM network_router ORDER BY name
"""


@dataclass(frozen=True, slots=True)
class LineAt:
    router_id: int
    subscription_id: int
    line: Line


def lines_of_subscription(subscription_id: int) -> list[LineAt]:
    return _lines("standing.subscription_id = %s", subscription_id)


def lines_of_router(router_id: int) -> list[LineAt]:
    return _lines("router.id = %s", router_id)


def routers() -> dict[int, RouterServer]:
    """By id, in the order of their names."""
    with connection.cursor() as cursor:
        cursor.execute(SERVERS)
        return {
            row[0]: RouterServer(
                name=row[1],
                address=row[2],
                port=row[3],
                is_tls=row[4],
                certificate=row[5],
                username=row[6],
                password=row[7],
            )
            for row in cursor.fetchall()
        }


def _lines(which: str, value: int) -> list[LineAt]:
    names = ("username", "kind", "password", "address", "state", "profile", "rate", "address_list")
    with connection.cursor() as cursor:
        cursor.execute(LINES.format(which=which), [value])
        return [
            LineAt(row[0], row[1], Line(**dict(zip(names, row[2:], strict=True))))
            for row in cursor.fetchall()
        ]
