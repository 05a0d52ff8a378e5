"""What a router's tables must hold for a line, and whether they do (RouterOS: /ppp, /queue/simple, /ip/firewall)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Everything that is ours says so; nothing else is touched.
OURS = "broadbill"
# What the router's own firewall must drop: addresses of lines that nobody lets in.
KEPT_OUT = "broadbill-kept-out"
SECRETS, PROFILES, QUEUES, LISTS = "/ppp/secret", "/ppp/profile", "/queue/simple", "/ip/firewall/address-list"
RATE = re.compile(r"(\d+)([kMG]?)")
UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An access at a router. `profile` is empty when nobody is to be let in; `rate` is a Mikrotik-Rate-Limit."""

    username: str
    kind: str
    password: str
    address: str
    state: str
    profile: str
    rate: str
    address_list: str

    @property
    def is_let_in(self) -> bool:
        return self.profile != ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: what finds it, and what it must say."""

    table: str
    key: tuple[str, str]
    fields: Mapping[str, str]


def rows_of(line: Line) -> list[Row]:
    """In the order in which they are written: what a row names comes before it."""
    return _secret(line) if line.kind == "pppoe" else _queue(line)


def wanted_list(line: Line) -> str:
    """The list that the address of a line without secret must be on; empty: on none of ours."""
    return line.address_list if line.is_let_in else KEPT_OUT


def _secret(line: Line) -> list[Row]:
    rows = []
    fields = {
        "password": line.password,
        "service": "pppoe",
        "comment": OURS,
        "disabled": _flag(not line.is_let_in),
    }
    if line.is_let_in:
        name = f"{OURS}-{line.profile}"
        told = {"rate-limit": line.rate, "address-list": line.address_list, "comment": OURS}
        rows.append(Row(PROFILES, ("name", name), told))
        fields |= {"profile": name}
        if line.address:
            fields |= {"remote-address": line.address}
    rows.append(Row(SECRETS, ("name", line.username), fields))
    return rows


def _queue(line: Line) -> list[Row]:
    fields = {
        "target": f"{line.address}/32",
        "comment": OURS,
        "disabled": _flag(not (line.is_let_in and line.rate)),
    }
    if line.is_let_in and line.rate:
        limit, *bursts = line.rate.split(" ")
        fields |= {"max-limit": limit}
        names = ("burst-limit", "burst-threshold", "burst-time")
        fields |= dict(zip(names, bursts, strict=False))
    return [Row(QUEUES, ("name", line.username), fields)]


def differences(wanted: Mapping[str, str], found: Mapping[str, object]) -> dict[str, str]:
    """What of a row must be written anew."""
    return {name: value for name, value in wanted.items() if not _is_same(name, value, found.get(name, ""))}


def _is_same(name: str, wanted: str, found: object) -> bool:
    told = ("true" if found else "false") if isinstance(found, bool) else str(found)
    if name == "disabled":
        return {"yes": "true", "no": "false"}[wanted] == (told or "false")
    if "limit" in name or name in {"burst-threshold", "burst-time"}:
        return _bits(wanted) == _bits(told)
    return wanted == told


def _bits(rate: str) -> str:
    """A router says `20M` or `20000000` where it was told `20000k`, and seconds with their `s`."""
    return RATE.sub(lambda part: str(int(part[1]) * UNITS[part[2]]), rate.replace("s", ""))


def _flag(value: bool) -> str:  # as RouterOS writes it
    return "yes" if value else "no"
