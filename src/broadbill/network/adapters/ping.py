"""ICMP echoes, by icmplib: through raw sockets, or unprivileged ones, whichever the system allows."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from functools import cache

from icmplib import ICMPLibError, async_ping

ECHOES = 3
SECONDS_BETWEEN = 0.2
ANSWER_SECONDS = 1
NOT_ALLOWED = (
    "this process may send no ICMP: allow it unprivileged echoes (sysctl net.ipv4.ping_group_range)"
    " or CAP_NET_RAW"
)


# Ours to mend: it says nothing of the device.
NO_ROUTE = "nothing could be sent: there is no route"


@dataclass(frozen=True, slots=True)
class Echo:
    """How many echoes were sent and answered; round trips in microseconds, of all together and of the slowest.

    `trouble` tells why nothing could be sent.
    """

    sent: int
    answered: int
    round_trip_us: int = 0
    worst_us: int = 0
    trouble: str = ""


@cache
def privileged() -> bool | None:
    """Whether echoes go through raw sockets; None where the system allows neither kind."""
    for kind, is_raw in ((socket.SOCK_DGRAM, False), (socket.SOCK_RAW, True)):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except OSError:
            continue
        return is_raw
    return None


async def ping(address: str) -> Echo:
    """Send a few echoes. Nothing is raised: what the network says is told."""
    raw = privileged()
    if raw is None:
        return Echo(0, 0, trouble=NOT_ALLOWED)
    try:
        host = await async_ping(
            address, count=ECHOES, interval=SECONDS_BETWEEN, timeout=ANSWER_SECONDS, privileged=raw
        )
    except (ICMPLibError, OSError) as error:
        return Echo(0, 0, trouble=str(error))
    if not host.packets_sent:
        return Echo(0, 0, trouble=NO_ROUTE)
    trips = [round(trip * 1000) for trip in host.rtts]
    return Echo(host.packets_sent, host.packets_received, sum(trips), max(trips, default=0))
