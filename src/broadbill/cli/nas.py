"""`broadbill nas`: the access servers at the edge of the network."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from broadbill.cli.session import open_session

servers = typer.Typer(no_args_is_help=True)


@servers.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What you call it, e.g. bng1.")],
    address: Annotated[str, typer.Argument(help="Where its packets come from.")],
    vendor: Annotated[str, typer.Option(help="mikrotik, cisco, juniper, huawei, ubiquiti, wispr or other.")],
    secret: Annotated[str, typer.Option(help="What it shares with FreeRADIUS; default: a new one.")] = "",
    site: Annotated[str, typer.Option(help="Where it stands.")] = "",
    coa_port: Annotated[int, typer.Option(help="Where it takes orders to change or end a session.")] = 3799,
) -> None:
    """Add an access server, or change the one of that name."""
    shared = secret or secrets.token_urlsafe(24)
    open_session()
    from broadbill.network.operations.nas import set_nas

    set_nas(
        name=name,
        address=address,
        secret=shared,
        vendor=vendor,
        site=site,
        coa_port=coa_port,
        now=datetime.now(tz=UTC),
        actor="command:nas",
    )
    print(f"{name} at {address}. FreeRADIUS knows it within a minute.")
    if not secret:
        print(f"Its secret, told this once: {shared}")


@servers.command("list")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """Tell the access servers, without their secrets."""
    open_session()
    from broadbill.network.queries.servers import access_servers

    found = access_servers()
    if as_json:
        print(json.dumps([asdict(server) for server in found], ensure_ascii=False, indent=2))
        return
    if not found:
        print("There is no access server yet. Add one: broadbill nas add NAME ADDRESS --vendor mikrotik")
    for server in found:
        where = f"{server.address:<24} {server.vendor:<10} CoA {server.coa_port:<6} {server.site}"
        print(f"{server.name:<16} {where}".rstrip())


@servers.command("router")
def router(
    name: Annotated[str, typer.Argument(help="What you call it, e.g. tower-7.")],
    address: Annotated[str, typer.Argument(help="Its address.")],
    password_file: Annotated[Path, typer.Option(help="Where its API user's password stands.")],
    username: Annotated[
        str, typer.Option(help="Its API user, of a group with read, write and api.")
    ] = "broadbill",
    port: Annotated[int | None, typer.Option(help="Default: 8729, or 8728 without TLS.")] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(help="Its TLS certificate or who signed it, PEM; default: whom this machine trusts."),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Without TLS: only where nobody listens.")] = False,
) -> None:
    """Add a MikroTik router that asks no RADIUS, or change the one of that name."""
    password = password_file.read_text(encoding="utf-8").strip()
    pem = certificate.read_text(encoding="utf-8") if certificate else ""
    open_session()
    from broadbill.network.operations.routers import set_router

    set_router(
        name=name,
        address=address,
        username=username,
        password=password,
        port=port,
        is_tls=not plain,
        certificate=pem,
        now=datetime.now(tz=UTC),
        actor="command:nas",
    )
    print(f"{name} at {address}. Have it let somebody in: broadbill access at USERNAME {name}")
