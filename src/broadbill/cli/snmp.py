"""`broadbill snmp`: devices asked by SNMP, and whose line each interface is."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from broadbill.cli.outage import read_moment
from broadbill.cli.session import open_session

snmp = typer.Typer(no_args_is_help=True)
ACTOR = "command:snmp"
LISTED = 10_000
GAPS_LISTED = 200


class Authentication(StrEnum):
    """How a user of SNMPv3 proves who it is."""

    MD5 = "md5"
    SHA = "sha"
    SHA256 = "sha256"
    SHA512 = "sha512"


class Privacy(StrEnum):
    """How a user of SNMPv3 keeps to itself what it asks."""

    DES = "des"
    AES = "aes"
    AES256 = "aes256"


@snmp.command("watch")
def watch(
    device: Annotated[str, typer.Argument(help="The device's code; see: broadbill site list")],
    address: Annotated[str, typer.Argument(help="Where it answers.")],
    community: Annotated[str, typer.Option(help="For SNMPv2c: its community,")] = "",
    user: Annotated[str, typer.Option(help="or for SNMPv3: its user. Both passwords are asked for.")] = "",
    authentication: Annotated[Authentication, typer.Option()] = Authentication.SHA256,
    privacy: Annotated[Privacy, typer.Option()] = Privacy.AES,
    authentication_password: Annotated[
        str, typer.Option(envvar="BROADBILL_SNMP_AUTHENTICATION_PASSWORD", help="Default: asked for.")
    ] = "",
    privacy_password: Annotated[
        str, typer.Option(envvar="BROADBILL_SNMP_PRIVACY_PASSWORD", help="Default: asked for.")
    ] = "",
    port: Annotated[int, typer.Option(help="Where its agent listens.")] = 161,
    ping: Annotated[bool, typer.Option(help="Whether it is pinged too.")] = True,
) -> None:
    """Watch a device, or change how. Without a community or a user it is pinged alone."""
    open_session()
    from broadbill.network.operations.watching import SnmpAccess, watch_device

    access = None
    if community or user:
        if user:
            authentication_password = authentication_password or typer.prompt(
                "Authentication password", hide_input=True
            )
            privacy_password = privacy_password or typer.prompt("Privacy password", hide_input=True)
        access = SnmpAccess(
            community=community,
            username=user,
            authentication=authentication,
            authentication_password=authentication_password,
            privacy=privacy,
            privacy_password=privacy_password,
            port=port,
        )
    watch_device(
        device=device, address=address, pings=ping, snmp=access, now=datetime.now(tz=UTC), actor=ACTOR
    )
    by = " and ".join([*(["ping"] if ping else []), *([f"SNMP{access.version}"] if access else [])])
    print(f"{device} at {address} is watched by {by}.")


@snmp.command("unwatch")
def unwatch(device: Annotated[str, typer.Argument(help="The device's code.")]) -> None:
    """Watch a device no longer."""
    open_session()
    from broadbill.network.operations.watching import unwatch_device

    unwatch_device(device=device, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{device} is watched no longer.")


@snmp.command("test")
def try_out(device: Annotated[str, typer.Argument(help="The device's code.")]) -> None:
    """Ask a device now: its name, how long it has run, its interfaces and their counters. Nothing is kept."""
    open_session()
    from broadbill.network.operations.snmp_test import ask_agent

    told = ask_agent(device=device, clock=lambda: datetime.now(tz=UTC))
    print(f"{device} calls itself {told.name!r} and has run for {told.up_seconds:,} s.")
    if not told.interfaces:
        print("It tells of no interface with 64-bit counters (ifXTable); its lines cannot be metered.")
    for one in told.interfaces:
        state = "up" if one.is_up else "down"
        print(
            f"  {one.if_index:>6}  {one.name:<24} {state:<5} {one.speed_mbps:>7,} Mbit/s"
            f"  in {one.reading.in_octets:,}  out {one.reading.out_octets:,} octets"
        )


@snmp.command("interface")
def interface(
    device: Annotated[str, typer.Argument(help="The device's code.")],
    name: Annotated[str, typer.Argument(help="The interface's name, as the device tells it.")],
) -> None:
    """Read an interface every five minutes, for its chart."""
    open_session()
    from broadbill.network.operations.watching import read_interface

    read_interface(device=device, interface=name, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{name} of {device} is read every five minutes.")


@snmp.command("line")
def line(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    subscription: Annotated[str, typer.Argument(help="The subscription's code there, e.g. S1.")],
    device: Annotated[str, typer.Argument(help="The device's code.")],
    name: Annotated[str, typer.Argument(metavar="INTERFACE", help="Its interface that is the line.")],
    meter: Annotated[str, typer.Option(help="The meter that the plan bills by percentile.")],
    starts: Annotated[
        str, typer.Option("--from", help="From when on, in the provider's time; default: now.")
    ] = "",
) -> None:
    """Say that an interface is a subscription's line: its rates are the samples of the meter."""
    open_session()
    from broadbill.network.operations.metered_lines import meter_line

    now = datetime.now(tz=UTC)
    meter_line(
        account=account,
        subscription=subscription,
        device=device,
        interface=name,
        meter=meter,
        starts_at=read_moment(starts) if starts else now,
        now=now,
        actor=ACTOR,
    )
    print(f"{name} of {device} is the line of {account}/{subscription}; it counts {meter}.")


@snmp.command("end-line")
def end(
    device: Annotated[str, typer.Argument(help="The device's code.")],
    name: Annotated[str, typer.Argument(metavar="INTERFACE", help="The interface.")],
    ends: Annotated[str, typer.Option("--at", help="Up to when it was; default: now.")] = "",
) -> None:
    """Say that an interface is nobody's line any longer."""
    open_session()
    from broadbill.network.operations.metered_lines import end_line

    now = datetime.now(tz=UTC)
    ends_at = read_moment(ends) if ends else now
    end_line(device=device, interface=name, ends_at=ends_at, now=now, actor=ACTOR)
    print(f"{name} of {device} is nobody's line from {ends_at:%Y-%m-%d %H:%M} UTC on.")


@snmp.command("poll")
def poll(
    device: Annotated[str, typer.Argument(help="One device's code; default: all.")] = "",
) -> None:
    """Read the counters now, as the worker does every five minutes."""
    open_session()
    from broadbill.network.operations.poll_counters import poll_counters

    done = poll_counters(clock=lambda: datetime.now(tz=UTC), device=device)
    print(
        f"{done.read:,} interfaces read, {done.silent:,} not; {done.samples:,} samples, {done.gaps:,} gaps."
    )


@snmp.command("lines")
def show() -> None:
    """Tell whose lines the interfaces are and were, and when each was read last."""
    open_session()
    from broadbill.network.queries.metered_lines import metered_lines

    found = metered_lines(limit=LISTED)
    if not found:
        print("No interface is anybody's line yet. See: broadbill snmp line --help")
    for one in found:
        until = f"to {one.ends_at:%Y-%m-%d %H:%M}" if one.ends_at else "on"
        read = f"read {one.read_at:%Y-%m-%d %H:%M}" if one.read_at else "never read"
        trouble = f": {one.trouble}" if one.trouble else ""
        print(
            f"{one.account}/{one.subscription}  {one.device} {one.interface}  {one.meter}"
            f"  from {one.starts_at:%Y-%m-%d %H:%M} {until}; {read}, {one.gaps} gaps{trouble}"
        )


@snmp.command("gaps")
def gaps(
    device: Annotated[str, typer.Argument(help="One device's code; default: all.")] = "",
) -> None:
    """Tell the times of which nobody knows the five-minute rates, latest first; times are UTC."""
    open_session()
    from broadbill.network.queries.metered_lines import counter_gaps

    found = counter_gaps(limit=GAPS_LISTED, device=device)
    if not found:
        print("There is no gap.")
    for gap in found:
        whose = f" of {gap.account}/{gap.subscription}" if gap.account else ""
        known = (
            f"; {gap.in_octets:,} octets in, {gap.out_octets:,} out in all"
            if gap.in_octets is not None
            else ""
        )
        print(
            f"{gap.starts_at:%Y-%m-%d %H:%M:%S} to {gap.ends_at:%H:%M:%S}  {gap.device} {gap.interface}{whose}:"
            f" {gap.reason}{known}"
        )
