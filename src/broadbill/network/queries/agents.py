"""The SNMP agents that are asked, and for which interfaces."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from broadbill.network.adapters.snmp import Agent
from broadbill.network.domain.errors import WatchInvalid

AGENTS = """
SELECT device.id, device.code, host(watch.address), watch.snmp, watch.snmp_port, watch.community, watch.username,
       watch.authentication, watch.authentication_password, watch.privacy, watch.privacy_password,
       coalesce((SELECT jsonb_object_agg(interface.name, interface.if_index)
                 FROM network_interface AS interface WHERE interface.device_id = device.id), '{}')::text
FROM network_watch AS watch JOIN network_device AS device ON device.id = watch.device_id
WHERE watch.snmp <> '' AND (%(device)s = '' OR device.code = %(device)s)
ORDER BY device.id
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A device's agent with the names of the interfaces that are read, and their numbers where known."""

    device_id: int
    device: str
    agent: Agent
    interfaces: Mapping[str, int | None]


def agents(device: str = "") -> list[Asked]:
    """All, or that of one device. One query."""
    with connection.cursor() as cursor:
        cursor.execute(AGENTS, {"device": device})
        return [_asked(*row) for row in cursor.fetchall()]


def agent_of(device: str) -> Asked:
    """Raises: WatchInvalid."""
    found = agents(device)
    if not found:
        raise WatchInvalid(device=device, reason="it is not watched by SNMP; see: broadbill snmp watch")
    return found[0]


def _asked(
    device_id: int,
    device: str,
    address: str,
    version: str,
    port: int,
    community: str,
    username: str,
    authentication: str,
    authentication_password: str,
    privacy: str,
    privacy_password: str,
    interfaces: str,
) -> Asked:
    keys = (
        {"community": community}
        if version == "v2c"
        else {"username": username, "authentication": authentication, "privacy": privacy,
              "authentication_password": authentication_password, "privacy_password": privacy_password}
    )  # fmt: skip
    return Asked(device_id, device, Agent(address=address, port=port, **keys), json.loads(interfaces))
