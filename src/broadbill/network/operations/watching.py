"""Which devices are watched: where each is reached, by what, and which of its interfaces are read."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import WatchInvalid
from broadbill.network.models import Interface, MeteredLine, Watch
from broadbill.network.operations.sites import device_coded

# RFC 3414 §11.2: a password of USM has at least eight characters.
SHORTEST_PASSWORD = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class SnmpAccess:
    """What an agent wants to hear: a community (SNMPv2c), or a user with two passwords (SNMPv3, authPriv)."""

    community: str = ""
    username: str = ""
    authentication: str = "sha256"
    authentication_password: str = ""
    privacy: str = "aes"
    privacy_password: str = ""
    port: int = 161

    @property
    def version(self) -> str:
        return "v2c" if self.community else "v3"


@transaction.atomic
def watch_device(
    *, device: str, address: str, pings: bool, snmp: SnmpAccess | None, now: datetime, actor: str
) -> None:
    """Watch a device, or change how: by ping, by SNMP, or by both. Raises: PlaceUnknown, WatchInvalid."""
    row = device_coded(device)
    if not pings and snmp is None:
        raise WatchInvalid(device=device, reason="it is watched by ping, by SNMP or by both")
    told: dict[str, object] = {"address": _address(device, address), "pings": pings, "snmp": ""}
    if snmp is not None:
        _refuse_wrong(device, snmp)
        told |= {
            "snmp": snmp.version, "snmp_port": snmp.port, "community": snmp.community, "username": snmp.username,
            "authentication": snmp.authentication, "authentication_password": snmp.authentication_password,
            "privacy": snmp.privacy, "privacy_password": snmp.privacy_password,
        }  # fmt: skip
    Watch.objects.update_or_create(device=row, defaults=told, create_defaults=told | {"recorded_at": now})
    data = {"device": device, "address": told["address"], "pings": pings, "snmp": told["snmp"]}
    _record("device.watched", row.id, data, now, actor)


@transaction.atomic
def unwatch_device(*, device: str, now: datetime, actor: str) -> None:
    """Watch a device no longer. What was seen stays. Raises: PlaceUnknown, WatchInvalid."""
    row = device_coded(device)
    if MeteredLine.objects.filter(interface__device=row, ends_at__isnull=True).exists():
        raise WatchInvalid(device=device, reason="lines are metered on it; end them first")
    deleted, _ = Watch.objects.filter(device=row).delete()
    if not deleted:
        raise WatchInvalid(device=device, reason="it is not watched")
    _record("device.unwatched", row.id, {"device": device}, now, actor)


@transaction.atomic
def read_interface(*, device: str, interface: str, now: datetime, actor: str) -> int:
    """Read an interface's counters from now on, and return its id. Raises: PlaceUnknown, WatchInvalid."""
    row = device_coded(device)
    if not Watch.objects.filter(device=row).exclude(snmp="").exists():
        raise WatchInvalid(device=device, reason="it is not watched by SNMP; see: broadbill snmp watch")
    name = interface.strip()
    if not name:
        raise WatchInvalid(device=device, reason="name the interface as the device does, e.g. ether1")
    found, added = Interface.objects.get_or_create(device=row, name=name, defaults={"recorded_at": now})
    if added:
        _record("interface.read", row.id, {"device": device, "interface": name}, now, actor)
    return found.id


def _refuse_wrong(device: str, snmp: SnmpAccess) -> None:
    """Raises: WatchInvalid."""
    if not 1 <= snmp.port <= 65_535:
        raise WatchInvalid(device=device, reason=f"{snmp.port} is no port")
    if bool(snmp.community) == bool(snmp.username):
        raise WatchInvalid(device=device, reason="name either a community or a user")
    if snmp.community:
        return
    if snmp.authentication not in Watch.Authentication.values or snmp.privacy not in Watch.Privacy.values:
        offered = ", ".join((*Watch.Authentication.values, *Watch.Privacy.values))
        raise WatchInvalid(device=device, reason=f"algorithms are {offered}")
    if min(len(snmp.authentication_password), len(snmp.privacy_password)) < SHORTEST_PASSWORD:
        raise WatchInvalid(device=device, reason="a user needs two passwords of eight characters or more")


def _address(device: str, text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError as error:
        raise WatchInvalid(device=device, reason=f"{text!r} is no IP address") from error


def _record(verb: str, device_id: int, data: Mapping[str, object], now: datetime, actor: str) -> None:
    record_event(
        actor=actor, verb=verb, object_type="device", object_id=device_id, occurred_at=now, data=dict(data)
    )
