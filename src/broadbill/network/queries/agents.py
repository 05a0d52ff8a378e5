"""The devices that are asked: whether they are there, and their SNMP agents for which interfaces."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from broadbill.network.adapters.snmp import Agent
from broadbill.network.domain.errors import WatchInvalid

AGENTS = """
SELECT device.id, device.code, host(watch.address), watch.pings, watch.snmp, watch.snmp_port, watch.community,
       watch.username, watch.authentication, watch.authentication_password, watch.privacy, watch.privacy_password,
       coalesce((SELECT jsonb_object_agg(interface.name, interface.if_index)
                 FROM network_interface AS interface WHERE interface.device_id = device.id), '{{}}')::text
FROM network_watch AS watch JOIN network_device AS device ON device.id = watch.device_id
WHERE {which} AND (%(device)s = '' OR device.code = %(device)s)
ORDER BY device.id
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A device's agent with the names of the interfaces that are read, and their numbers where known."""

    device_id: int
    device: str
    agent: Agent
    interfaces: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Probed:
    """A watched device: where it is, whether it is pinged, and its agent, if it has one."""

    device_id: int
    address: str
    pings: bool
    agent: Agent | None


def agents(device: str = "") -> list[Asked]:
    """All, or that of one device. One query."""
    with connection.cursor() as cursor:
        cursor.execute(AGENTS.format(which="watch.snmp <> ''"), {"device": device})
        return [
            Asked(row[0], row[1], _agent(row[2], *row[4:-1]), json.loads(row[-1]))
            for row in cursor.fetchall()
        ]


def probed_devices() -> list[Probed]:
    """All that are watched. One query."""
    with connection.cursor() as cursor:
        cursor.execute(AGENTS.format(which="TRUE"), {"device": ""})
        return [
            Probed(row[0], row[2], row[3], _agent(row[2], *row[4:-1]) if row[4] else None)
            for row in cursor.fetchall()
        ]


def agent_of(device: str) -> Asked:
    """Raises: WatchInvalid."""
    found = agents(device)
    if not found:
        raise WatchInvalid(device=device, reason="it is not watched by SNMP; see: broadbill snmp watch")
    return found[0]


def _agent(
    address: str,
    version: str,
    port: int,
    community: str,
    username: str,
    authentication: str,
    authentication_password: str,
    privacy: str,
    privacy_password: str,
) -> Agent:
    if version == "v2c":
        return Agent(address=address, port=port, community=community)
    return Agent(
        address=address,
        port=port,
        username=username,
        authentication=authentication,
        authentication_password=authentication_password,
        privacy=privacy,
        privacy_password=privacy_password,
    )
