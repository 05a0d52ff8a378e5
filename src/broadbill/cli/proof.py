"""`broadbill proof`: gateways, bank and books compared, and the worklist of what does not match."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

ACTOR = "command:proof"

proof = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@proof.callback()
def proving() -> None:
    """Compare gateways, bank and books every day; list every cent that does not match."""


@proof.command("run")
def run(since: Day = None, until: Day = None) -> None:
    """Compare now. Reads what is new by itself; --since reads the gateways' accounts from an earlier day again.

    Exits with 1 when a finding is open.
    """
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.payments.operations.daily_proof import prove

    done = prove(
        now=datetime.now(tz=UTC),
        actor=ACTOR,
        since=timezone.make_aware(since) if since else None,
        until=timezone.make_aware(until) if until else None,
    )
    print(
        f"{done.movements:,} movements read, {done.settled:,} settled, {done.booked:,} booked, "
        f"{done.payouts_matched:,} payouts found in the bank."
    )
    for held in done.held:
        code = held.in_books.currency.code
        print(f"Gateways hold {held.at_gateways} {code}, the books say {held.in_books} {code}.")
    if done.open:
        print(f"{done.open:,} findings are open, {done.found:,} new: see `broadbill proof list`.")
        sys.exit(1)
    print("Everything matches.")


@proof.command("list")
def listing(
    settled: Annotated[bool, typer.Option(help="What was settled, by whom and how.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what does not match, oldest first."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.queries.proof import findings

    found, after = [], 0
    while page := findings(settled=settled, after=after):
        found += page
        after = page[-1].id
    if as_json:
        print(
            json.dumps(
                [
                    {"finding": one.id, "check": one.check, "subject": one.subject, "words": one.words,
                     "found_at": one.found_at.isoformat(), "settled_by": one.settled_by, "note": one.note}
                    for one in found
                ],
                ensure_ascii=False,
            )
        )  # fmt: skip
        return
    for one in found:
        print(f"{one.id:>6}  {one.found_at:%Y-%m-%d}  {one.subject}: {one.words}")
        if settled:
            print(f"{'':>20}settled by {one.settled_by}: {one.note}")
    print(f"Findings: {len(found)}.")


@proof.command("alarm")
def alarm(
    addresses: Annotated[list[str] | None, typer.Argument(help="E-mail addresses to write to.")] = None,
    by_role: Annotated[
        bool, typer.Option("--by-role", help="Write to the staff who may take payments back, as at first.")
    ] = False,
    nobody: Annotated[bool, typer.Option("--nobody", help="Write to nobody.")] = False,
) -> None:
    """Say who gets a mail when something new is found; with nothing said, tell who does."""
    if bool(addresses) + by_role + nobody > 1:
        raise typer.BadParameter("give addresses, --by-role or --nobody")
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.operations.alarm import alarmed, set_alarm

    if addresses or by_role or nobody:
        try:
            set_alarm(addresses=None if by_role else addresses or [], now=datetime.now(tz=UTC), actor=ACTOR)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    print("\n".join(alarmed()) or "Nobody is written to.")


@proof.command("settle")
def settle(
    finding: Annotated[int, typer.Argument(help="Its number in `broadbill proof list`.")],
    note: Annotated[str, typer.Option(help="What became of it.")],
) -> None:
    """Take a finding off the list, saying what became of it. It comes back only in other words."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.operations.findings import settle_finding

    settle_finding(finding_id=finding, note=note, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Finding {finding} is settled: {note}.")
