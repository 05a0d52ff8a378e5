"""`broadbill monitor`: whether devices answer, and when silence is an incident."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from broadbill.cli.outage import MaxUnits, MinMinutes, Multiple, Step, Unit, read_credit
from broadbill.cli.session import open_session

monitor = typer.Typer(no_args_is_help=True)
ACTOR = "command:monitor"


@monitor.command("policy")
def policy(
    down_after: Annotated[int, typer.Option(help="Minutes without an answer that make an incident.")] = 3,
    up_after: Annotated[int, typer.Option(help="Minutes of answers without a break that end it.")] = 5,
    reference: Annotated[
        str, typer.Option(help="An address of yours; while it is silent too, nothing is concluded.")
    ] = "",
    per: Annotated[
        Unit | None, typer.Option(help="Propose an hour's or a day's price for each begun.")
    ] = None,
    step: Step = None,
    multiple: Multiple = None,
    min_minutes: MinMinutes = None,
    max_units: MaxUnits = None,
) -> None:
    """Say when a silent device is an incident, and which credit is then proposed. Without --per or --step: none."""
    credit = read_credit(per, step or [], multiple, min_minutes, max_units) if per or step else {}
    open_session()
    from broadbill.network.operations.monitoring_policy import set_monitoring_policy

    set_monitoring_policy(
        down_after_minutes=down_after,
        up_after_minutes=up_after,
        credit=credit,
        reference=reference,
        now=datetime.now(tz=UTC),
        actor=ACTOR,
    )
    print(f"Down after {down_after} minutes without an answer, back after {up_after} with.")


@monitor.command("probe")
def probe() -> None:
    """Ask every watched device now, as the worker does every minute."""
    open_session()
    from broadbill.network.operations.probe import probe_devices

    done = probe_devices(clock=lambda: datetime.now(tz=UTC), actor=ACTOR)
    if done.is_cut_off:
        print("The reference does not answer either: nothing is concluded.")
        raise typer.Exit(1)
    print(
        f"{done.answered:,} answered, {done.silent:,} did not;"
        f" {done.opened:,} incidents began, {done.closed:,} ended."
    )


@monitor.command("status")
def status() -> None:
    """Tell how each watched device stands and since when, what is down first; times are UTC."""
    open_session()
    from broadbill.network.queries.monitoring import watched_devices

    found = watched_devices()
    if not found:
        print("No device is watched yet. See: broadbill snmp watch --help")
    for one in found:
        since = f"since {one.since.astimezone(UTC):%Y-%m-%d %H:%M}" if one.since else ""
        trip = f"{one.round_trip_us / 1000:.1f} ms" if one.round_trip_us is not None else ""
        incident = f"incident {one.incident}" if one.incident else ""
        told = (one.state, since, trip, incident, one.trouble)
        print(f"{one.code:<20} {one.address:<20} {'  '.join(text for text in told if text)}")


@monitor.command("confirm")
def confirm(number: Annotated[int, typer.Argument(help="The incident's number.")]) -> None:
    """Say that an incident that probes found was one."""
    open_session()
    from broadbill.network.operations.review import confirm_detection

    confirm_detection(incident_id=number, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Incident {number} is confirmed.")


@monitor.command("dismiss")
def dismiss(number: Annotated[int, typer.Argument(help="The incident's number.")]) -> None:
    """Say that it was a false alarm: nobody was out, nothing is given back."""
    open_session()
    from broadbill.network.operations.review import dismiss_detection

    dismiss_detection(incident_id=number, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Incident {number} was a false alarm.")


@monitor.command("merge")
def merge(
    number: Annotated[int, typer.Argument(help="The incident that probes found.")],
    into: Annotated[int, typer.Argument(help="The one that it is part of, and that goes on.")],
) -> None:
    """Say that it is part of another: whoever is under it is under that one."""
    open_session()
    from broadbill.network.operations.review import merge_detection

    merge_detection(incident_id=number, into=into, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Incident {number} is part of {into}.")
