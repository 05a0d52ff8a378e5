"""`broadbill network`: addresses and prefixes, and who had them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from broadbill.cli.session import open_session
from broadbill.core.errors import DomainError
from broadbill.core.money import Money

network = typer.Typer(no_args_is_help=True)
ACTOR = "command:network"
MOST_TOLD = 1000
WORDS = {"enough": "", "nearly_dry": "nearly dry", "dry": "DRY"}


@dataclass(kw_only=True, eq=False)
class InstantInvalid(DomainError):
    code = "cli.instant_invalid"
    message = "{text!r} is no instant. Write it such as 2026-11-20T08:00, in the provider's time."
    text: str


@network.command("pool")
def pool(
    code: Annotated[str, typer.Argument(help="What you call it, e.g. north-v4.")],
    addresses: Annotated[str, typer.Argument(help="The range, e.g. 198.51.100.0/24 or 2001:db8::/32.")],
    kind: Annotated[str, typer.Option(help="ipv4, link_prefix or delegated_prefix.")] = "ipv4",
    length: Annotated[
        int | None, typer.Option(help="The length of one prefix given; default: 64 of a link, 56 delegated.")
    ] = None,
    keep_back: Annotated[int, typer.Option(help="So many from the beginning are never given out.")] = 0,
) -> None:
    """Add a range of addresses or prefixes to give out of."""
    open_session()
    from broadbill.network.operations.pools import add_pool

    count = add_pool(
        code=code,
        kind=kind,
        network=addresses,
        piece_length=length,
        kept_back=keep_back,
        now=datetime.now(tz=UTC),
        actor=ACTOR,
    )
    print(f"{code}: {count} to give out.")


@network.command("pools")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """Tell the ranges and how much of each is given out; end with 1 where one is dry."""
    open_session()
    from broadbill.network.queries.addresses import pools

    found = pools(now=datetime.now(tz=UTC))
    if as_json:
        print(json.dumps([asdict(one) | {"left": one.left, "state": one.state} for one in found], indent=2))
    elif not found:
        print("There is no pool yet. Add one: broadbill network pool CODE 198.51.100.0/24")
    else:
        for one in found:
            taken = f"{one.given} of {one.count} given"
            print(f"{one.code:<16} {one.network:<24} {one.kind:<16} {taken} {WORDS[one.state]}".rstrip())
    if any(one.state == "dry" for one in found):
        raise typer.Exit(1)


@network.command("give")
def give(
    username: Annotated[str, typer.Argument(help="The name, MAC or circuit that signs in.")],
    source: Annotated[str, typer.Option("--pool", help="The lowest free one of this pool,")] = "",
    address: Annotated[str, typer.Option(help="or this IPv4 address or IPv6 prefix.")] = "",
    link: Annotated[bool, typer.Option(help="The prefix is of the link, not delegated.")] = False,
    starts: Annotated[str, typer.Option("--from", help="From when on; default: now.")] = "",
) -> None:
    """Give an access an address or a prefix, from its next sign-in on."""
    open_session()
    from broadbill.network.domain.errors import AddressInvalid
    from broadbill.network.operations.addresses import assign_address, assign_from_pool

    if bool(source) == bool(address):
        raise AddressInvalid(address=address, reason="say either --pool or --address")
    now = datetime.now(tz=UTC)
    at = _moment(starts) if starts else now
    if source:
        given = assign_from_pool(username=username, pool=source, starts_at=at, now=now, actor=ACTOR)
    else:
        prefix = "link_prefix" if link else "delegated_prefix"
        kind = prefix if ":" in address else "ipv4"
        given = assign_address(
            username=username, kind=kind, address=address, starts_at=at, now=now, actor=ACTOR
        )
    print(f"{username} has {given}.")


@network.command("take-back")
def take_back(
    username: Annotated[str, typer.Argument(help="Who has it.")],
    address: Annotated[str, typer.Argument(help="The address, or the prefix with its length.")],
    ends: Annotated[str, typer.Option("--at", help="From when on no longer; default: now.")] = "",
) -> None:
    """An access has an address no longer. That it had it stays on record."""
    open_session()
    from broadbill.network.operations.addresses import take_back_address

    now = datetime.now(tz=UTC)
    at = _moment(ends) if ends else now
    take_back_address(username=username, address=address, ends_at=at, now=now, actor=ACTOR)
    print(f"{username} has {address} no longer.")


@network.command("who-had")
def who(
    address: Annotated[str, typer.Argument(help="The address, IPv4 or IPv6.")],
    at: Annotated[str, typer.Option(help="When, e.g. 2026-11-20T08:00, in the provider's time.")],
    request: Annotated[
        str, typer.Option(help="The file number of who asks. The question is on record.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Tell who had an address at an instant, by what was assigned and by what access servers reported."""
    open_session()
    from broadbill.network.operations.tracing import trace_address

    found = trace_address(
        address=address, at=_moment(at), request=request, now=datetime.now(tz=UTC), actor=ACTOR
    )
    if as_json:
        print(json.dumps([asdict(one) for one in found], default=str, ensure_ascii=False, indent=2))
        return
    if not found:
        print(f"Nobody had {address} then.")
    for one in found:
        whose = f"{one.account}/{one.subscription} {one.name}" if one.account else "nobody's name"
        ended = f"to {one.ends_at:%Y-%m-%d %H:%M:%S}" if one.ends_at else "on"
        where = f" at {one.nas} {one.station}".rstrip() if one.nas else ""
        print(
            f"{one.source:<8} {one.username} ({whose}) had {one.network} from {one.starts_at:%Y-%m-%d %H:%M:%S}"
            f" {ended} UTC{where}"
        )


@network.command("reconcile")
def compare(as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """Compare what was agreed with what access servers report; end with 1 where these differ.

    Sessions that were told another speed, or that may not be any more, are told by themselves within minutes.
    """
    open_session()
    from broadbill.network.operations.reconcile import reconcile
    from broadbill.reports.queries.drift import drift

    now = datetime.now(tz=UTC)
    total = reconcile(now=now)
    found = drift(limit=MOST_TOLD)
    if as_json:
        print(
            json.dumps([asdict(one) | {"worth": _amount(one.worth)} for one in found], default=str, indent=2)
        )
    else:
        for one in found:
            whose = f"{one.account}/{one.subscription}" if one.account else "nobody"
            said = f"wanted {one.wanted or '-'}, found {one.found or '-'}"
            worth = f", {_amount(one.worth)} a month" if one.worth else ""
            days = (now - one.first_seen_at).days
            print(f"{one.kind:<18} {one.username} ({whose}): {said}, for {days} days{worth}")
        print(f"{total} in all." if total else "The network does what was agreed.")
    if total:
        raise typer.Exit(1)


def _amount(worth: Money | None) -> str:
    return "" if worth is None else f"{worth} {worth.currency.code}"


def _moment(text: str) -> datetime:
    """An instant; without an offset it is one of the provider's time. Raises: InstantInvalid."""
    from django.utils import timezone

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InstantInvalid(text=text) from None
    return moment if moment.tzinfo else timezone.make_aware(moment)
