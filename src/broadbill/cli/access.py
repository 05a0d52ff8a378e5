"""`broadbill access`: who signs in by what, and how fast they are let in."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from broadbill.cli.session import open_session
from broadbill.core.errors import DomainError

access = typer.Typer(no_args_is_help=True)
UNITS = {"k": 1, "M": 1_000, "G": 1_000_000}


@dataclass(kw_only=True, eq=False)
class SpeedInvalid(DomainError):
    code = "cli.speed_invalid"
    message = "{text!r} is no speed. Write a whole number with its unit, such as 500k, 100M or 1G (bit/s)."
    text: str


@access.command("profile")
def profile(
    code: Annotated[str, typer.Argument(help="What you call it, e.g. fiber100.")],
    plan: Annotated[list[str] | None, typer.Option(help="A plan that has it; may be said again.")] = None,
    down: Annotated[str, typer.Option(help="Speed towards the customer, e.g. 100M; default: no limit.")] = "",
    up: Annotated[str, typer.Option(help="Speed from the customer, e.g. 20M.")] = "",
    burst_down: Annotated[str, typer.Option(help="Speed for a moment, towards the customer.")] = "",
    burst_up: Annotated[str, typer.Option(help="Speed for a moment, from the customer.")] = "",
    pool: Annotated[str, typer.Option(help="The NAS's pool of addresses.")] = "",
    address_list: Annotated[str, typer.Option(help="MikroTik: the firewall's list.")] = "",
    session_seconds: Annotated[int | None, typer.Option(help="The longest session.")] = None,
    idle_seconds: Annotated[int | None, typer.Option(help="Silence that ends a session.")] = None,
    interim_seconds: Annotated[int, typer.Option(help="How often the NAS reports.")] = 300,
    sessions: Annotated[int | None, typer.Option(help="Sessions at one time; default: any number.")] = None,
    allowance_gb: Annotated[
        int | None, typer.Option(help="What may be used in a month, both ways, before it is throttled.")
    ] = None,
    restricted_to: Annotated[
        str,
        typer.Option(help="The profile while service is suspended or restricted: a walled garden."),
    ] = "",
    throttled_to: Annotated[str, typer.Option(help="The profile while an allowance is used up.")] = "",
) -> None:
    """Define how people are let in, or change it, and give it to plans."""
    speeds = [_kbps(text) for text in (down, up, burst_down, burst_up)]
    open_session()
    from broadbill.network.operations.profiles import NewProfile, set_profile

    new = NewProfile(
        code=code,
        down_kbps=speeds[0],
        up_kbps=speeds[1],
        burst_down_kbps=speeds[2],
        burst_up_kbps=speeds[3],
        pool=pool,
        address_list=address_list,
        session_seconds=session_seconds,
        idle_seconds=idle_seconds,
        interim_seconds=interim_seconds,
        sessions=sessions,
        allowance_octets=None if allowance_gb is None else allowance_gb * 10**9,
        restricted_to=restricted_to,
        throttled_to=throttled_to,
    )
    set_profile(profile=new, plans=plan or [], now=datetime.now(tz=UTC), actor="command:access")
    print(f"{code}{' for ' + ', '.join(plan) if plan else ''}.")


@access.command("add")
def add(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    subscription: Annotated[str, typer.Argument(help="Its subscription, e.g. S1.")],
    username: Annotated[
        str, typer.Argument(help="A name, a MAC, or CIRCUIT-ID|REMOTE-ID as DHCP option 82 has them.")
    ],
    kind: Annotated[str, typer.Option(help="pppoe, hotspot, mac or circuit.")] = "pppoe",
    password: Annotated[str, typer.Option(help="Default: a new one. A MAC or a circuit has none.")] = "",
    address: Annotated[str, typer.Option(help="The IPv4 address it always gets.")] = "",
    ipv6_prefix: Annotated[str, typer.Option(help="The IPv6 prefix it always gets.")] = "",
) -> None:
    """Let a subscription in."""
    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.contracts.queries.find import subscription_coded
    from broadbill.network.operations.access import NewAccess, give_access

    owner = account_numbered(account)
    new = NewAccess(
        account_id=owner.id,
        subscription_id=subscription_coded(owner, subscription).id,
        kind=kind,
        username=username,
        password=password,
        address=address,
        ipv6_prefix=ipv6_prefix,
    )
    given = give_access(access=new, now=datetime.now(tz=UTC), actor="command:access")
    print(f"{account}/{subscription} signs in as {given.username}.")
    if given.password and not password:
        print(f"Its password, told this once: {given.password}")


@access.command("at")
def at_router(
    username: Annotated[str, typer.Argument(help="What it signs in with, or is called.")],
    router: Annotated[str, typer.Argument(help="The router, as `broadbill nas router` has it.")],
) -> None:
    """Have a MikroTik router without RADIUS let it in: by a PPP secret, or a queue over its address."""
    open_session()
    from broadbill.network.operations.routers import let_in_at

    let_in_at(access=username, router=router, now=datetime.now(tz=UTC), actor="command:access")
    print(f"{router} is told within a minute; the account's page says what came of it.")


@access.command("show")
def show(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Tell by what an account signs in and whether it gets in now. Passwords are not shown."""
    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.network.queries.answers import standings_of_account

    found = standings_of_account(account_numbered(account).id)
    if as_json:
        print(json.dumps([asdict(standing) for standing in found], ensure_ascii=False, indent=2))
        return
    if not found:
        print(f"{account} has nothing to sign in with. Add it: broadbill access add {account} S1 USERNAME")
    for standing in found:
        print(
            f"{standing.subscription:<5} {standing.username:<32} {standing.kind:<8} {standing.state:<16} "
            f"{standing.profile or '-':<16} {standing.address}".rstrip()
        )


@access.command("password")
def password(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    username: Annotated[str, typer.Argument(help="The name it signs in with.")],
    told: Annotated[str, typer.Option("--password", help="Default: a new one.")] = "",
) -> None:
    """Change the password that a name signs in with, from the next sign-in on."""
    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.network.operations.access import change_password

    given = change_password(
        account_id=account_numbered(account).id,
        username=username,
        password=told,
        now=datetime.now(tz=UTC),
        actor="command:access",
    )
    print(f"{given.username} has another password.")
    if not told:
        print(f"It is told this once: {given.password}")


@access.command("throttle")
def slow_down(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    subscription: Annotated[str, typer.Argument(help="Its subscription, e.g. S1.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever asks later.")],
) -> None:
    """Slow a subscription down to the profile that its own is throttled to, sessions under way too."""
    _throttling(account, subscription, reason)


@access.command("release")
def speed_up(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    subscription: Annotated[str, typer.Argument(help="Its subscription, e.g. S1.")],
) -> None:
    """Give a subscription its own speed again."""
    _throttling(account, subscription, None)


def _throttling(account: str, subscription: str, reason: str | None) -> None:
    """Throttle for a reason; release without one."""
    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.contracts.queries.find import subscription_coded
    from broadbill.network.operations.throttling import release, throttle

    owner = account_numbered(account)
    subscription_id = subscription_coded(owner, subscription).id
    now, actor = datetime.now(tz=UTC), "command:access"
    if reason is None:
        changed = release(account_id=owner.id, subscription_id=subscription_id, now=now, actor=actor)
        state = "has its own speed"
    else:
        changed = throttle(
            account_id=owner.id, subscription_id=subscription_id, reason=reason, now=now, actor=actor
        )
        state = "is throttled"
    print(f"{account}/{subscription} {state}{'' if changed else ' already'}.")


def _kbps(text: str) -> int | None:
    """Raises: SpeedInvalid."""
    if not text:
        return None
    number, unit = text[:-1], text[-1]
    if unit not in UNITS or not number.isascii() or not number.isdigit():
        raise SpeedInvalid(text=text)
    return int(number) * UNITS[unit]
