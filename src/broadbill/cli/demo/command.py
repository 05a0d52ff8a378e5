"""`broadbill demo`: a provider with customers and a history, to look around in."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Self

import typer

from broadbill.core.errors import DomainError
from broadbill.kernel.home import Home

if TYPE_CHECKING:
    from broadbill.cli.demo.happenings import Customer

ACCOUNTS = 300
MONTHS = 14
# Where the portal's page of sign-in looks for what it offers (portal/demo.py).
PASSWORD_KEY = "demo_password"  # noqa: S105  # where it is kept, not what it is
CUSTOMER_KEY = "demo_customer"
SANDBOX = "sandbox"
WORDS = (
    "amber", "barge", "cedar", "delta", "ember", "fjord", "grove", "heron", "islet", "jetty", "kayak", "lilac",
    "maple", "north", "otter", "pearl", "quay", "reeds", "shore", "tidal", "umber", "vista", "waves", "yacht",
)  # fmt: skip


@dataclass(kw_only=True, eq=False)
class DemoSendsNoMail(DomainError):
    """A mail server is set where invented customers would get letters."""

    code = "cli.demo_sends_no_mail"
    message = "BROADBILL_SMTP_URL names a mail server, and the demo never sends mail. Unset it and try again."


def demo(
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Do everything but stay: fill it and end.")
    ] = False,
    port: Annotated[
        int,
        typer.Option("--port", "-p", min=0, max=65535, help="Port of the pages. Default: the last one used."),
    ] = 0,
    accounts: Annotated[
        int, typer.Option(min=10, max=5000, help="Customers of a demo that is yet to be filled.")
    ] = ACCOUNTS,
) -> None:
    """Fill an empty Broadbill with a demo provider and its history, and serve it.

    Everything is made by the operations that real commands use, as of the days on which it would have happened. Run it
    again to come back to the same demo. It never touches a Broadbill that holds other records.
    """
    from broadbill.cli.session import open_session

    # Cards can be tried where no money moves.
    os.environ.setdefault("BROADBILL_GATEWAYS", SANDBOX)
    home = open_session()
    from django.utils import timezone

    from broadbill.cli.demo.customer import let_customer_in
    from broadbill.cli.demo.filling import fill
    from broadbill.messaging.adapters.choose import sends_by_smtp

    if sends_by_smtp():
        raise DemoSendsNoMail
    password = _password(home)
    now = timezone.now()
    with _Bar() as bar:
        filled = fill(
            now=now,
            today=timezone.localdate(now),
            accounts=accounts,
            months=MONTHS,
            password=password,
            place=str(home.folder),
            watcher=bar,
        )
    if not filled:
        print("The demo is filled already.")
    customer = let_customer_in(place=str(home.folder), password=password, now=now)
    # However this home is served later: the history it was filled with has cards.
    home.remember(**{CUSTOMER_KEY: customer.email, "gateways": [SANDBOX]})
    if no_serve:
        _welcome("", password, customer)
        print("Serve it with: broadbill demo")
        return
    from broadbill.cli.up import serve

    serve(port=port, when_ready=lambda address: _welcome(address, password, customer))


def _password(home: Home) -> str:
    """One password for all of the demo's people, made once for each home and kept in its private state file."""
    known = home.state().get(PASSWORD_KEY)
    if known is None:
        known = "-".join([*(secrets.choice(WORDS) for _ in range(3)), f"{secrets.randbelow(10_000):04d}"])
        home.remember(**{PASSWORD_KEY: known})
    return str(known)


class _Bar:
    """A line a month above a bar of days; without a terminal the lines alone."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.console = Console(stderr=True)
        self.progress = Progress(
            TextColumn("Filling the demo"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("days"),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
            transient=True,
        )
        self.task = self.progress.add_task("fill", total=None)

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.progress.stop()

    def begin(self, days: int) -> None:
        self.progress.update(self.task, total=days)

    def advance(self, days: int) -> None:
        self.progress.advance(self.task, days)

    def tell(self, line: str) -> None:
        self.console.print(line, highlight=False)


def _welcome(address: str, password: str, customer: Customer) -> None:
    from broadbill.cli.demo.provider import NAME, STAFF

    print(f"\n{NAME}, an invented provider{f', is at {address}' if address else ''}\n")
    for person in STAFF:
        print(f"  {person.email:<32} {person.name:<14} sees {person.can}")
    print(f"\n  {customer.email:<32} {customer.name:<14} sees their own bills, at {address or ''}/my/")
    print(f"\n  Password of all five: {password}\n")
    if address:
        print("Ctrl-C stops it; broadbill demo starts it again.", flush=True)
