"""Addresses and prefixes as they are given out: what a range holds, and the spelling they are stored in."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from broadbill.network.domain.errors import AddressInvalid, PoolInvalid

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IPV4 = "ipv4"
KINDS = (IPV4, "link_prefix", "delegated_prefix")
# A link has 64 bits of its own (RFC 4291 §2.5.4), a site 256 of those at the least that is advised (RFC 6177).
USUAL_LENGTH = {IPV4: 32, "link_prefix": 64, "delegated_prefix": 56}


@dataclass(frozen=True, slots=True)
class Pieces:
    """The first and the last piece of a range that may be given out, and how many there are. None: there is none."""

    first: str
    last: str
    count: int


def range_of(code: str, kind: str, text: str) -> Network:
    """Raises: PoolInvalid."""
    if kind not in KINDS:
        raise PoolInvalid(pool=code, reason=f"its kind {kind!r} is not one of {', '.join(KINDS)}")
    try:
        network = ipaddress.ip_network(text.strip())
    except ValueError as error:
        raise PoolInvalid(pool=code, reason=f"{text!r} is no range: {error}") from error
    if (network.version == 4) != (kind == IPV4):
        raise PoolInvalid(pool=code, reason=f"{network} is IPv{network.version}, which {kind} is not")
    return network


def pieces_of(code: str, kind: str, network: Network, length: int, kept_back: int) -> Pieces:
    """What of a range may be given out. IPv4's first and last address are the network's own (RFC 1122 §3.2.1.3),
    but for ranges of one or two (RFC 3021).

    Raises: PoolInvalid where nothing would be left.
    """
    if kind == IPV4 and length != 32:
        raise PoolInvalid(pool=code, reason="of IPv4 single addresses are given out, so its length is 32")
    if not network.prefixlen <= length <= network.max_prefixlen:
        raise PoolInvalid(pool=code, reason=f"a /{network.prefixlen} has no pieces of length {length}")
    own = 1 if kind == IPV4 and network.prefixlen < 31 else 0
    before, count = own + kept_back, int(2 ** (length - network.prefixlen)) - 2 * own - kept_back
    if kept_back < 0 or count < 1:
        raise PoolInvalid(
            pool=code, reason=f"of {network}, with {kept_back} kept back, nothing is left to give"
        )
    size = 2 ** (network.max_prefixlen - length)
    first = int(network.network_address) + before * size
    numbers = (first, first + (count - 1) * size)
    told = [str(type(network)((number, length))) for number in numbers]
    return Pieces(told[0], told[1], count)


def piece(kind: str, text: str) -> Network:
    """One address, or one prefix with its length, as it is given to somebody. Raises: AddressInvalid."""
    try:
        network = ipaddress.ip_network(text.strip())
    except ValueError as error:
        raise AddressInvalid(address=text, reason=f"it is no {_words(kind)}") from error
    if (kind == IPV4) != (network.version == 4) or (kind == IPV4 and network.prefixlen != 32):
        raise AddressInvalid(address=text, reason=f"it is no {_words(kind)}")
    return network


def _words(kind: str) -> str:
    return "IPv4 address" if kind == IPV4 else "IPv6 prefix"


def spelled(network: str) -> str:
    """Without the length of a single IPv4 address, which nobody writes."""
    return network.removesuffix("/32") if "." in network else network
