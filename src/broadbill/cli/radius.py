"""`broadbill radius`: FreeRADIUS over Broadbill's database."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from broadbill.cli import running
from broadbill.cli.session import open_session
from broadbill.core.errors import DomainError
from broadbill.kernel.home import Home, current_home, runs_as_root
from broadbill.kernel.postgres import EmbeddedServer, connection_parameters, is_embedded

radius = typer.Typer(no_args_is_help=True)
DEBIANS_USER = "freerad"


@dataclass(kw_only=True, eq=False)
class RoleNotMade(DomainError):
    """The database is somebody else's, who must make the role."""

    code = "cli.radius_role_not_made"
    message = (
        "Broadbill may not make roles on this database. Have its administrator run CREATE ROLE {role} LOGIN PASSWORD "
        "'...', put the password into a file and run: broadbill radius install --password-file FILE"
    )
    role: str


@radius.command("install")
def install(
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Where to write; default: the folder radius of the home.")
    ] = None,
    run_as: Annotated[
        str | None,
        typer.Option(
            help="The user FreeRADIUS runs as; default: freerad when root installs and it is there."
        ),
    ] = None,
    address: Annotated[str, typer.Option(help="Where it listens; default: everywhere.")] = "*",
    auth_port: Annotated[int, typer.Option(help="For sign-ins.")] = 1812,
    acct_port: Annotated[int, typer.Option(help="For accounting.")] = 1813,
    password_file: Annotated[
        Path | None, typer.Option(help="The database role's password, where an administrator made the role.")
    ] = None,
) -> None:
    """Write FreeRADIUS's configuration, with a database role of its own that may do nothing else.

    The embedded database is made to listen on a port of this machine; say `broadbill down` before the first time.
    """
    home = current_home()
    reached = _database(home)
    open_session()
    from broadbill.network.adapters.radius_files import RadiusServer
    from broadbill.network.operations.radius_install import install_radius
    from broadbill.prepaid.operations.network_names import network_key

    into = (folder or home.folder / "radius").resolve()
    server = RadiusServer(
        folder=into,
        database={},
        voucher_key=network_key(),
        run_as=_user() if run_as is None else run_as,
        address=address,
        auth_port=auth_port,
        acct_port=acct_port,
    )
    files = install_radius(
        server=server,
        database=reached,
        password=password_file.read_text(encoding="utf-8").strip() if password_file else "",
        run_as_superuser=lambda statement: _administer(home, statement),
    )
    print(f"{len(files)} files in {into}. Start it with: freeradius -f -d {into}")


@radius.command("test")
def try_out(
    username: Annotated[str, typer.Argument(metavar="USER", help="The name, the MAC or circuit:...")],
    nas: Annotated[
        str, typer.Option(help="The access server that asks; default: one of no known vendor.")
    ] = "",
) -> None:
    """Tell what FreeRADIUS would answer now, and why."""
    open_session()
    from broadbill.network.queries.answers import attributes_for, standing_of

    standing = standing_of(username)
    verdict = "let in" if standing.is_let_in else "refused"
    print(f"{standing.username} is {verdict}: {standing.why} ({standing.account}/{standing.subscription}).")
    if standing.is_let_in:
        print(f"profile {standing.profile}")
        for attribute in attributes_for(username=standing.username, nas=nas):
            print(f"  {attribute.name} {attribute.op} {attribute.value}")


@radius.command("roll-up")
def roll_up_now(as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """Count what came through now, as the worker does every five minutes; tell what nobody owns or nobody can know."""
    open_session()
    from broadbill.network.operations.roll_up import roll_up
    from broadbill.network.queries.traffic import doubts

    rolled = roll_up(now=datetime.now(tz=UTC))
    found = doubts()
    if as_json:
        print(json.dumps({"packets": rolled.packets, "days": rolled.days, **asdict(found)}, indent=2))
        return
    print(f"{rolled.packets:,} packets counted; usage of {rolled.days:,} days of subscriptions handed on.")
    print(
        f"Kept aside: {found.unknown_octets:,} octets of {len(found.unknown_names):,} names that nobody has."
    )
    for name, octets in found.unknown_names.items():
        print(f"  {name:<40} {octets:>16,}")
    print(f"Counters that began anew: {found.resets:,}. Days shared out over a silence: {found.silences:,}.")


@radius.command("worklist")
def worklist(as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """Tell which changes access servers could not be told. Each is tried again every hour while it is open."""
    open_session()
    from broadbill.network.queries.worklist import not_enforced

    found = not_enforced()
    if as_json:
        print(json.dumps([asdict(each) for each in found], default=str, ensure_ascii=False, indent=2))
        return
    if not found:
        print("Every session was told what changed.")
    for each in found:
        print(
            f"{each.failed_at:%Y-%m-%d %H:%M}  {each.account}/{each.subscription}  {each.cause}: {each.outcome}"
        )


def _database(home: Home) -> dict[str, str]:
    """How FreeRADIUS reaches the database. Raises: IsRunningAlready, DatabaseCannotStop."""
    if not is_embedded():
        return connection_parameters(home)
    server = EmbeddedServer(home)
    home.ensure()
    if not server.is_open() and (up := running.running_in(home)) is not None:
        raise running.IsRunningAlready(folder=str(home.folder), address=f" at {up.address}")
    return server.opened_parameters(user="")


def _administer(home: Home, statement: str) -> None:
    """Run what only an administrator of the database may. Raises: RoleNotMade."""
    from broadbill.network.operations.radius_role import ROLE

    parameters = EmbeddedServer(home).superuser_parameters() if is_embedded() else connection_parameters(home)
    with psycopg.connect(**parameters, autocommit=True) as connection:  # type: ignore[arg-type]  # libpq keywords
        try:
            connection.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege as error:
            raise RoleNotMade(role=ROLE) from error


def _user() -> str:
    if sys.platform == "win32" or not runs_as_root():
        return ""
    import pwd

    try:
        return pwd.getpwnam(DEBIANS_USER).pw_name
    except KeyError:
        return ""
