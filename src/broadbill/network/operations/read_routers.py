"""Reading what routers without RADIUS really do, for the reconciler. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broadbill.network.adapters.routeros import OpenRouter, RouterRefused, RouterServer, RouterSilent, opened
from broadbill.network.domain.router_rows import (
    LISTS,
    OURS,
    PROFILES,
    QUEUES,
    SECRETS,
    differences,
    rows_of,
    wanted_list,
)
from broadbill.network.queries.router_lines import LineAt, lines_of_router, routers

Table = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A drift of kind `models.Drift.Kind`."""

    kind: str
    username: str
    subscription_id: int | None
    wanted: str
    found: str


def read_routers() -> list[Finding]:
    """What differs at each router. One that cannot be read is a finding itself."""
    return [finding for router_id, server in routers().items() for finding in _read(router_id, server)]


def _read(router_id: int, server: RouterServer) -> list[Finding]:
    lines = lines_of_router(router_id)
    try:
        with opened(server) as router:
            return _compare(router, server.name, lines)
    except (RouterRefused, RouterSilent) as error:
        return [Finding("unreachable", server.name, None, "", str(error))]


def _compare(router: OpenRouter, name: str, lines: list[LineAt]) -> list[Finding]:
    tables: dict[str, Table] = {
        table: {str(row.get("name")): row for row in router.rows(table)}
        for table in (SECRETS, PROFILES, QUEUES)
    }
    lists: dict[str, set[str]] = {}
    for entry in router.rows(LISTS, comment=OURS):
        lists.setdefault(str(entry.get("address")), set()).add(str(entry.get("list")))
    found = [finding for each in lines if (finding := _finding(name, each, tables, lists))]
    known = {each.line.username for each in lines}
    for table in (SECRETS, QUEUES):
        found += [
            Finding("orphan", username, None, "", name)
            for username, row in tables[table].items()
            if row.get("comment") == OURS and username not in known
        ]
    return found


def _finding(
    name: str, each: LineAt, tables: Mapping[str, Table], lists: Mapping[str, set[str]]
) -> Finding | None:
    """The worst of what differs."""
    line = each.line
    differing: dict[str, str] = {}
    for row in rows_of(line):
        differing |= differences(row.fields, tables[row.table].get(row.key[1], {"disabled": True}))
    if line.kind != "pppoe" and lists.get(line.address, set()) != ({wanted_list(line)} - {""}):
        differing["disabled"] = "list"
    if not differing:
        return None
    told = (each.line.username, each.subscription_id)
    if "disabled" in differing:
        kind = "billed_not_active" if line.is_let_in else "active_not_billed"
        return Finding(kind, *told, line.state, name)
    if differing.keys() & {"remote-address", "target"}:
        return Finding("wrong_address", *told, line.address, name)
    return Finding(
        "wrong_speed", *told, line.profile or line.state, f"{name}: {', '.join(sorted(differing))}"
    )
