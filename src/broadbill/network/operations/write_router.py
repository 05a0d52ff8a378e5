"""Making a router's tables what a subscription says: only what differs is written, so doing it twice does it once."""

from __future__ import annotations

from broadbill.network.adapters.routeros import OpenRouter, RouterRefused, RouterSilent, opened
from broadbill.network.domain.router_rows import (
    LISTS,
    OURS,
    SECRETS,
    Line,
    Row,
    differences,
    rows_of,
    wanted_list,
)
from broadbill.network.operations.tell import Told
from broadbill.network.queries.router_lines import lines_of_subscription, routers

ACTIVE = "/ppp/active"


def tell_routers(subscription_id: int) -> list[Told]:
    """Write the subscription's lines into their routers, each with its outcome in words."""
    lines = lines_of_subscription(subscription_id)
    servers = routers() if lines else {}
    told = []
    for each in lines:
        server = servers[each.router_id]
        try:
            with opened(server) as router:
                changed = _write(router, each.line)
        except RouterRefused as refusal:
            told.append(Told(f"{server.name} refused {each.line.username}: {refusal}", is_settled=False))
        except RouterSilent:
            words = f"{server.name} cannot be reached for {each.line.username}"
            told.append(Told(words, is_settled=False, is_final=False))
        else:
            told.append(Told(_words(server.name, each.line, changed=changed), is_settled=True))
    return told


def _words(router: str, line: Line, *, changed: bool) -> str:
    what = f"lets {line.username} in as {line.profile}" if line.is_let_in else f"keeps {line.username} out"
    return f"{router} {what} {'now' if changed else 'already'}"


def _write(router: OpenRouter, line: Line) -> bool:
    """Whether anything was changed. A session under way begins anew when its secret was, since it keeps what it has."""
    if line.kind != "pppoe" and not line.address:
        raise RouterRefused("it has no address; give it one: broadbill network give")
    changed = [_put(router, row) for row in rows_of(line)]
    if line.kind == "pppoe":
        if any(changed):
            for session in router.rows(ACTIVE, name=line.username):
                router.remove(ACTIVE, str(session[".id"]))
        return any(changed)
    return _list(router, line) or any(changed)


def _put(router: OpenRouter, row: Row) -> bool:
    key, value = row.key
    found = router.rows(row.table, **{key: value})
    if not found:
        router.add(row.table, {key: value, **row.fields})
        return row.table == SECRETS or row.fields.get("disabled") != "yes"
    if row.table == SECRETS and found[0].get("comment") != OURS:
        raise RouterRefused("a secret of that name is there which is not Broadbill's")
    differing = differences(row.fields, found[0])
    if differing:
        router.change(row.table, str(found[0][".id"]), differing)
    return bool(differing)


def _list(router: OpenRouter, line: Line) -> bool:
    """Put the address on the list that it must be on, and take it from others that we put it on."""
    wanted, changed, is_there = wanted_list(line), False, False
    for entry in router.rows(LISTS, address=line.address):
        if entry.get("list") == wanted:
            is_there = True
        elif entry.get("comment") == OURS:
            router.remove(LISTS, str(entry[".id"]))
            changed = True
    if wanted and not is_there:
        router.add(LISTS, {"list": wanted, "address": line.address, "comment": OURS})
        changed = True
    return changed
