"""E-mail addresses: what can be written on an envelope."""

from __future__ import annotations

import re

LONGEST = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(
    r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


def envelope_address(written: str) -> str | None:
    """The address as servers take it, international domains in their ASCII form; None if it is no address.

    The local part keeps its case (it may matter to its server), the domain is lower case.
    """
    local, at, domain = written.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    address = f"{local}@{domain}"
    if not at or len(address) > LONGEST or not LOCAL_PART.fullmatch(local) or not DOMAIN.fullmatch(domain):
        return None
    return address


def same_person(address: str) -> str:
    """What two spellings of one mailbox have in common: addresses differ in case only on paper."""
    return address.strip().casefold()
