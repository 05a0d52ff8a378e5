"""`broadbill incident`: a site or a device is out; whoever hangs under it is given back what was agreed, once."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from broadbill.cli.outage import MaxUnits, MinMinutes, Multiple, Step, Unit, read_credit, read_moment
from broadbill.cli.session import open_session

incidents = typer.Typer(no_args_is_help=True)
ACTOR = "command:incident"
REGISTER = (
    "incident",
    "place",
    "cause",
    "from",
    "to",
    "minutes",
    "subscriptions",
    "subscription_minutes",
    "credited",
)
LISTED = 10_000


@incidents.command("declare")
def declare(
    cause: Annotated[str, typer.Argument(help="What happened, in words that customers may read.")],
    starts: Annotated[str, typer.Option("--from", help="When it began, in the provider's time.")],
    site: Annotated[str, typer.Option(help="The site that is out, with all its parts,")] = "",
    device: Annotated[str, typer.Option(help="or the device, with all that hangs under it.")] = "",
    per: Annotated[
        Unit | None, typer.Option(help="Give back an hour's or a day's price for each begun.")
    ] = None,
    step: Step = None,
    multiple: Multiple = None,
    min_minutes: MinMinutes = None,
    max_units: MaxUnits = None,
) -> None:
    """Say that a site or a device is out. Without --per or --step nothing is given back."""
    credit = read_credit(per, step or [], multiple, min_minutes, max_units) if per or step else {}
    open_session()
    from broadbill.network.operations.incidents import declare_incident

    number = declare_incident(
        starts_at=read_moment(starts),
        cause=cause,
        credit=credit,
        site=site,
        device=device,
        now=datetime.now(tz=UTC),
        actor=ACTOR,
    )
    print(f"Incident {number}. When it is over: broadbill incident over {number}")


@incidents.command("over")
def over(
    number: Annotated[int, typer.Argument(help="The incident's number.")],
    ends: Annotated[str, typer.Option("--at", help="When it was over; default: now.")] = "",
    refund: Annotated[
        bool, typer.Option(help="Correct bills at once, and give back what was paid, by your policy.")
    ] = False,
) -> None:
    """It is over: measure it, and have the next bills give back what was agreed."""
    open_session()
    from broadbill.network.operations.incidents import end_incident

    now = datetime.now(tz=UTC)
    ends_at = read_moment(ends) if ends else now
    credited = end_incident(incident_id=number, ends_at=ends_at, now=now, actor=ACTOR, refunds=refund)
    how = "at once, by background work" if refund else "with their next bills"
    print(f"Incident {number} is over. Given back to {credited} {how}.")


@incidents.command("list")
def show() -> None:
    """Print the register of incidents as CSV, latest first; times are UTC."""
    open_session()
    from broadbill.network.queries.incidents import incidents as register

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(REGISTER)
    for one in register(limit=LISTED):
        minutes = "" if one.duration is None else one.duration
        ended = one.ends_at.astimezone(UTC).isoformat() if one.ends_at else ""
        writer.writerow([one.id, one.place, one.cause, one.starts_at.astimezone(UTC).isoformat(), ended, minutes,
                         one.subscriptions, one.minutes, one.credited])  # fmt: skip
