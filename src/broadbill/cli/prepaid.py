"""`broadbill prepaid`: wallets that are drawn down, warned of and sold passes from."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from broadbill.cli.session import open_session

prepaid = typer.Typer(no_args_is_help=True)
Day = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day; default: today.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@prepaid.command("draw-down")
def draw_down(
    on: Day = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes to rate and post with.")] = os.cpu_count()
    or 1,
    as_json: AsJson = False,
) -> None:
    """Bill prepaid accounts through the day; pause what their credit does not cover. Twice on a day draws once.

    Exits with 1 when an account is charged more than pausing can help; a person or a top-up is needed.
    """
    open_session()
    from django.utils import timezone

    from broadbill.prepaid.operations.draw_down import draw_down as draw
    from broadbill.prepaid.queries.drawn import drawn_by

    day = on.date() if on else timezone.localdate()
    run = draw(on=day, now=datetime.now(tz=UTC), actor="command:prepaid", workers=workers)
    drawn = drawn_by(run.id if run else None)
    if as_json:
        print(json.dumps({"on": day.isoformat(), **asdict(drawn)}))
    else:
        print(f"{day}: {drawn.documents:,} documents, {', '.join(drawn.totals) or 'nothing drawn'}.")
        for account in drawn.paused:
            print(f"Paused {account}: the wallet is empty.")
        for held in drawn.held:
            print(held["reason"], file=sys.stderr)
    if drawn.held:
        sys.exit(1)


@prepaid.command("warn")
def warn(on: Day = None) -> None:
    """Write to those whose credit will not last three more days. Each is told once until the next top-up."""
    open_session()
    from django.utils import timezone

    from broadbill.prepaid.operations.warn import warn_of_empty_wallets

    day = on.date() if on else timezone.localdate()
    print(f"{warn_of_empty_wallets(on=day, now=datetime.now(tz=UTC)):,} customers were told.")


@prepaid.command("list")
def show(on: Day = None, as_json: AsJson = False) -> None:
    """List prepaid services: who has them, what is in the wallet, since when they are served or paused."""
    open_session()
    from django.utils import timezone

    from broadbill.prepaid.queries.wallets import wallets

    found = wallets(on=on.date() if on else timezone.localdate())
    if as_json:
        print(json.dumps([asdict(row) for row in found], default=str))
        return
    for row in found:
        due = f", next period {row.next_due_on}" if row.next_due_on and row.state == "active" else ""
        print(
            f"{row.account:<12} {row.subscription:<5} {row.plan:<16} {row.state:<9} since {row.since}"
            f"  {row.credit:>12} {row.currency}{due}"
        )


@prepaid.command("sell-pass")
def sell_pass(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    plan: Annotated[str, typer.Argument(help="A prepaid plan of hours, or charged by days or by the week.")],
    on: Day = None,
    as_json: AsJson = False,
) -> None:
    """Sell a plan for its hours or one of its periods, paid from the wallet, which must cover it."""
    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.prepaid.operations.passes import sell_pass as sell

    sold = sell(
        account_id=account_numbered(account).id,
        plan=plan,
        on=on.date() if on else None,
        now=datetime.now(tz=UTC),
        actor="command:prepaid",
    )
    if as_json:
        told = {"starts_on": sold.holds.starts, "ends_on": sold.holds.ends, "price": sold.price}
        told |= {"until": sold.until.isoformat()} if sold.until else {}
        print(json.dumps({"account": account, "plan": plan, **{k: str(v) for k, v in told.items()}}))
        return
    if sold.until:
        print(f"{plan} for {account}: until {sold.until:%Y-%m-%d %H:%M %Z}, {sold.price} taken.")
        return
    print(f"{plan} for {account}: {sold.holds.days} days from {sold.holds.starts}, {sold.price} taken.")
