"""`broadbill site`: places, devices, and what hangs under them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from broadbill.cli.session import open_session

sites = typer.Typer(no_args_is_help=True)
ACTOR = "command:site"


@sites.command("add")
def add(
    code: Annotated[str, typer.Argument(help="What you call it, e.g. hill.")],
    name: Annotated[str, typer.Argument(help="Its name in words.")],
    within: Annotated[str, typer.Option(help="The site that it is part of.")] = "",
) -> None:
    """Add a site, or change the one of that code."""
    open_session()
    from broadbill.network.operations.sites import set_site

    set_site(code=code, name=name, parent=within, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{code}: {name}.")


@sites.command("device")
def device(
    code: Annotated[str, typer.Argument(help="What you call it, e.g. hill-sector-2.")],
    at: Annotated[str, typer.Option(help="The site where it stands.")],
    nas: Annotated[str, typer.Option(help="The access server that it is; its sessions hang under it.")] = "",
    uplink: Annotated[str, typer.Option(help="The device that it is connected by.")] = "",
) -> None:
    """Add a device, or change the one of that code."""
    open_session()
    from broadbill.network.operations.sites import set_device

    set_device(code=code, site=at, nas=nas, uplink=uplink, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{code} at {at}.")


@sites.command("hang")
def hang(
    username: Annotated[str, typer.Argument(help="The name, MAC or circuit that signs in.")],
    under: Annotated[str, typer.Argument(help="The device that it hangs under.")],
) -> None:
    """Say which device an access hangs under."""
    open_session()
    from broadbill.network.operations.sites import hang_under

    hang_under(username=username, device=under, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{username} hangs under {under}.")


@sites.command("list")
def show() -> None:
    """Tell the sites with their devices."""
    open_session()
    from broadbill.network.queries.under import sites_with_devices

    found = sites_with_devices()
    if not found:
        print('There is no site yet. Add one: broadbill site add hill "The hill"')
    for site in found:
        within = f" in {site.parent}" if site.parent else ""
        print(f"{site.code:<16} {site.name}{within}: {', '.join(site.devices) or 'no device'}")
