"""`broadbill usage`: what meters, switches and collectors counted."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from broadbill.cli.outage import read_moment
from broadbill.cli.session import open_session

usage = typer.Typer(no_args_is_help=True)
ACTOR = "command:usage"
ASIDE_TOLD = 1000


@usage.callback()
def metered() -> None:
    """What meters, switches and collectors counted."""


@usage.command("add")
def add(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, or JSON with one record a line (.jsonl): account, subscription, meter, at, quantity …"
        ),
    ],
    source: Annotated[
        str, typer.Option("--from", help="The source that it came from; its map says what columns mean.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, then take it back.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Store usage records, all of the file's or none. The same file, and a record whose id was seen, count once."""
    open_session()
    from broadbill.network.queries.owners import OWNERS
    from broadbill.usage.operations.take_in import take_in_file

    taken = take_in_file(
        file=file, source=source, now=datetime.now(tz=UTC), actor=ACTOR, resolve=OWNERS, dry_run=dry_run
    )
    if as_json:
        print(json.dumps(asdict(taken)))
        return
    skipped = f", {taken.skipped:,} rows count nothing" if taken.skipped else ""
    aside = f", {taken.aside:,} of nobody we know kept aside: broadbill usage aside" if taken.aside else ""
    tried = "Dry run, nothing was written. It would be: " if dry_run else ""
    print(f"{tried}{taken.stored:,} records stored, {taken.repeated:,} seen before{skipped}{aside}.")


@usage.command("source")
def source(
    code: Annotated[str, typer.Argument(help="What you call it, e.g. pbx-1.")],
    layout: Annotated[
        str, typer.Option(help="asterisk, freeswitch, nfdump, ipdr or ipdr-csv: a map to begin with,")
    ] = "",
    map_file: Annotated[
        Path | None, typer.Option("--map", help="or a map of your own, JSON or TOML.")
    ] = None,
    timezone: Annotated[str, typer.Option(help="Of times without one, e.g. Europe/Vienna.")] = "",
    region: Annotated[str, typer.Option(help="The country that numbers are dialled in, e.g. AT.")] = "",
    network: Annotated[
        list[str] | None, typer.Option(help="Count these addresses alone; may be said again.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who is named by line, access, address or subscription.")] = "",
    meter: Annotated[str, typer.Option(help="The meter it counts.")] = "",
) -> None:
    """Add a source of files, or give it another map."""
    from broadbill.usage.domain.layouts import layout_map

    if map_file is None:
        found = layout_map(
            layout, timezone=timezone, region=region, networks=network or [], by=by, meter=meter
        )
    else:
        found = _read_map(map_file)
    open_session()
    from broadbill.usage.operations.sources import set_source

    set_source(code=code, file_map=found, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{code}: broadbill usage add FILE --from {code}")


@usage.command("layout")
def layout(
    name: Annotated[str, typer.Argument(help="asterisk, freeswitch, nfdump, ipdr or ipdr-csv.")],
) -> None:
    """Print a layout's map as JSON, to make your own of it."""
    from broadbill.usage.domain.layouts import layout_map

    print(json.dumps(layout_map(name), indent=2))


@usage.command("sources")
def show() -> None:
    """Tell the sources, and what came from each."""
    open_session()
    from broadbill.usage.queries.sources import sources

    found = sources()
    if not found:
        print("There is no source yet. Add one: broadbill usage source pbx-1 --layout asterisk")
    for one in found:
        last = f", last on {one.last_taken_at:%Y-%m-%d}" if one.last_taken_at else ""
        layout_name = one.map.get("layout", "own map")
        print(f"{one.code:<16} {layout_name:<12} {one.files:,} files, {one.records:,} records{last}")


@usage.command("line")
def line(
    name: Annotated[str, typer.Argument(help="As the switch knows it: a number in digits, an account code.")],
    account: Annotated[str, typer.Argument(help="The account's number.")],
    subscription: Annotated[str, typer.Argument(help="The subscription's code.")],
    starts: Annotated[str, typer.Option("--from", help="From when on; default: now.")] = "",
) -> None:
    """Say whose a switch's name is from an instant on. Whoever had it before has it until then."""
    open_session()
    from broadbill.usage.operations.sources import name_line

    now = datetime.now(tz=UTC)
    name_line(
        name=name,
        account=account,
        subscription=subscription,
        starts_at=read_moment(starts) if starts else now,
        now=now,
        actor=ACTOR,
    )
    print(f"{name} is {account}/{subscription}. What waits for it: broadbill usage aside --settle")


@usage.command("aside")
def kept_aside(
    settle: Annotated[bool, typer.Option(help="Record what has an owner by now.")] = False,
) -> None:
    """Tell the names that nobody had, with their records; end with 1 where some wait."""
    open_session()
    from broadbill.network.queries.owners import OWNERS
    from broadbill.usage.operations.aside import settle_aside
    from broadbill.usage.queries.sources import aside

    if settle:
        taken = settle_aside(now=datetime.now(tz=UTC), actor=ACTOR, resolve=OWNERS)
        print(f"{taken.stored:,} records stored, {taken.repeated:,} seen before, {taken.aside:,} wait.")
    found = aside(limit=ASIDE_TOLD)
    for one in found:
        days = f"{one.starts_at:%Y-%m-%d} to {one.ends_at:%Y-%m-%d}"
        print(f"{one.source:<16} {one.by:<12} {one.name:<24} {one.records:,} records, {days}")
    if found:
        raise typer.Exit(1)
    if not settle:
        print("Nothing waits.")


def _read_map(file: Path) -> Any:
    """Raises: UsageMapInvalid."""
    from broadbill.usage.domain.errors import UsageMapInvalid

    try:
        text = file.read_text(encoding="utf-8-sig")
        if file.suffix == ".toml":
            return tomllib.loads(text)
        return json.loads(text)
    except (OSError, ValueError) as error:
        raise UsageMapInvalid(path=f"file {file.name}", reason=f"cannot be read: {error}") from error
