"""`broadbill portal`: customers' own pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from broadbill.cli.session import open_session

ACTOR = "command:portal"

portal = typer.Typer(no_args_is_help=True)


@portal.callback()
def _customers_own_pages() -> None:
    """Let customers see their bills and pay them."""


@portal.command("invite")
def invite(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    email: Annotated[
        str, typer.Option("--email", help="Who signs in; else the address of the account's bills.")
    ] = "",
    children: Annotated[
        bool | None,
        typer.Option(
            "--children/--no-children", help="Whether the accounts under this one are seen as well."
        ),
    ] = None,
) -> None:
    """Let a customer into the portal: they get a letter with a link to choose a password.

    Asked again it sends a new link. With --email somebody else may see the account as well.
    """
    open_session()
    from django.conf import settings

    from broadbill.accounts.operations import viewers

    invited = viewers.invite(
        number=account,
        email=email,
        with_children=children,
        site=settings.PUBLIC_URL,
        actor=ACTOR,
        now=datetime.now(tz=UTC),
    )
    print(f"{invited.email} gets a letter with a link, good for three days.")
