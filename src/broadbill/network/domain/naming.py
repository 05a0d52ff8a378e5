"""The names by which a NAS asks for somebody, in the one spelling that is stored."""

from __future__ import annotations

import hmac
import re
from hashlib import sha1

from broadbill.network.domain.errors import AccessInvalid

KINDS = ("pppoe", "hotspot", "mac", "circuit")
# These sign in with a password; the others are known by where they are plugged in.
WITH_PASSWORD = frozenset({"pppoe", "hotspot"})
CIRCUIT = "circuit:"
# Of access sold ahead: the name is a code that is worth money, so only what a key makes of it is stored.
HIDDEN = "voucher:"
MAC = re.compile(r"(?:[0-9A-Fa-f]{2}[-:.]?){5}[0-9A-Fa-f]{2}")
LONGEST = 253


def canonical_mac(text: str) -> str:
    """`aa:bb:cc:dd:ee:ff`, `aabb.ccdd.eeff` and the like as AA-BB-CC-DD-EE-FF (RFC 3580 §3.20).

    Raises: AccessInvalid.
    """
    if not MAC.fullmatch(text.strip()):
        raise AccessInvalid(username=text, reason="it is no MAC address; write it like AA-BB-CC-DD-EE-FF")
    digits = re.sub(r"[^0-9A-Fa-f]", "", text).upper()
    return "-".join(digits[place : place + 2] for place in range(0, 12, 2))


def canonical_username(kind: str, text: str) -> str:
    """The name under which a credential of that kind is stored and looked up.

    A circuit is `circuit:CIRCUIT-ID` or `circuit:CIRCUIT-ID|REMOTE-ID`, as DHCP option 82 says them (RFC 3046).
    Raises: AccessInvalid.
    """
    name = text.strip()
    if kind not in KINDS:
        raise AccessInvalid(username=name, reason=f"it is of kind {kind!r}, not one of {', '.join(KINDS)}")
    if kind == "mac":
        return canonical_mac(name)
    if kind == "circuit":
        name = CIRCUIT + name.removeprefix(CIRCUIT)
    elif name.startswith((CIRCUIT, HIDDEN)) or MAC.fullmatch(name):
        raise AccessInvalid(
            username=name, reason="a name with a password must not look like a circuit, a voucher or a MAC"
        )
    # RFC 2865 §5: the value of an attribute has at most 253 octets.
    if name in {"", CIRCUIT} or len(name.encode()) > LONGEST or not name.isprintable():
        raise AccessInvalid(username=name, reason=f"use 1 to {LONGEST} printable characters")
    return name


def hidden_name(*, key: str, code: str) -> str:
    """The name under which a code signs in, as FreeRADIUS's `policy` makes it too: HMAC-SHA-1 (RFC 2104), in hex."""
    return HIDDEN + hmac.new(key.encode(), code.encode(), sha1).hexdigest()
