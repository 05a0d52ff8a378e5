"""What the network refuses."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class NasInvalid(DomainError):
    """An access server was described wrongly."""

    code = "network.nas_invalid"
    message = "NAS {name}: {reason}."
    name: str
    reason: str


@dataclass(kw_only=True, eq=False)
class NasUnknown(DomainError):
    code = "network.nas_unknown"
    message = "There is no NAS {name}. See: broadbill nas list"
    name: str


@dataclass(kw_only=True, eq=False)
class ProfileInvalid(DomainError):
    """An access profile was described wrongly."""

    code = "network.profile_invalid"
    message = "Profile {profile}: {reason}."
    profile: str
    reason: str


@dataclass(kw_only=True, eq=False)
class AccessInvalid(DomainError):
    """A credential that no NAS could present, or that somebody has already."""

    code = "network.access_invalid"
    message = "Access {username}: {reason}."
    username: str
    reason: str


@dataclass(kw_only=True, eq=False)
class AccessUnknown(DomainError):
    code = "network.access_unknown"
    message = "Nobody signs in as {username}. Add it: broadbill access add ACCOUNT SUBSCRIPTION {username}"
    username: str


@dataclass(kw_only=True, eq=False)
class SessionOver(DomainError):
    code = "network.session_over"
    message = "This session is over already. See who is online now."


@dataclass(kw_only=True, eq=False)
class SessionNotEnded(DomainError):
    """The access server did not do as it was told."""

    code = "network.session_not_ended"
    message = "The session goes on: {reason}. Check the access server, or suspend the service."
    reason: str


@dataclass(kw_only=True, eq=False)
class RadiusFolderUnusable(DomainError):
    code = "network.radius_folder_unusable"
    message = "Cannot write FreeRADIUS's configuration into {folder}: {reason}. Name another with --dir."
    folder: str
    reason: str


@dataclass(kw_only=True, eq=False)
class PoolInvalid(DomainError):
    """A range that cannot be given out of, or that overlaps another."""

    code = "network.pool_invalid"
    message = "Pool {pool}: {reason}."
    pool: str
    reason: str


@dataclass(kw_only=True, eq=False)
class PoolUnknown(DomainError):
    code = "network.pool_unknown"
    message = "There is no pool {pool}. See: broadbill network pools"
    pool: str


@dataclass(kw_only=True, eq=False)
class PoolRanDry(DomainError):
    """Nothing of a range is left."""

    code = "network.pool_ran_dry"
    message = (
        "Pool {pool} has run dry: all {count} of {network} are taken. "
        "Take some back, or add another range: broadbill network pool"
    )
    pool: str
    network: str
    count: int


@dataclass(kw_only=True, eq=False)
class AddressInvalid(DomainError):
    """What cannot be given as an address."""

    code = "network.address_invalid"
    message = "{address!r} cannot be used: {reason}."
    address: str
    reason: str


@dataclass(kw_only=True, eq=False)
class AddressTaken(DomainError):
    """Somebody has it, in whole or in part."""

    code = "network.address_taken"
    message = (
        "{address} overlaps {taken}, which {username} has. Take that back first: broadbill network take-back"
    )
    address: str
    taken: str
    username: str


@dataclass(kw_only=True, eq=False)
class PlaceInvalid(DomainError):
    """A site or a device was described wrongly."""

    code = "network.place_invalid"
    message = "{place}: {reason}."
    place: str
    reason: str


@dataclass(kw_only=True, eq=False)
class PlaceUnknown(DomainError):
    code = "network.place_unknown"
    message = "There is no {kind} {place}. See: broadbill site list"
    kind: str
    place: str


@dataclass(kw_only=True, eq=False)
class IncidentInvalid(DomainError):
    """An incident that cannot have been."""

    code = "network.incident_invalid"
    message = "Incident {incident}: {reason}."
    incident: str
    reason: str


@dataclass(kw_only=True, eq=False)
class WatchInvalid(DomainError):
    """How a device is watched was described wrongly."""

    code = "network.watch_invalid"
    message = "Device {device}: {reason}."
    device: str
    reason: str


@dataclass(kw_only=True, eq=False)
class DeviceSilent(DomainError):
    """A device's SNMP agent told nothing."""

    code = "network.device_silent"
    message = "Device {device} at {address}: {reason}."
    device: str
    address: str
    reason: str


@dataclass(kw_only=True, eq=False)
class LineInvalid(DomainError):
    """An interface cannot be metered as somebody's line."""

    code = "network.line_invalid"
    message = "Interface {interface} of {device}: {reason}."
    device: str
    interface: str
    reason: str


@dataclass(kw_only=True, eq=False)
class RouterInvalid(DomainError):
    """A router was described wrongly."""

    code = "network.router_invalid"
    message = "Router {name}: {reason}."
    name: str
    reason: str


@dataclass(kw_only=True, eq=False)
class RouterUnknown(DomainError):
    code = "network.router_unknown"
    message = "There is no router {name}. Add it: broadbill nas router"
    name: str
