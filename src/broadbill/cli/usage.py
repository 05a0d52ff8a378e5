"""`broadbill usage`: what meters counted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

usage = typer.Typer(no_args_is_help=True)


@usage.callback()
def metered() -> None:
    """What meters counted."""


@usage.command("add")
def add(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, or JSON with one record a line (.jsonl): account, subscription, meter, at, quantity …"
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Store usage records, all of the file's or none. A record whose id was seen before counts once."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.usage.operations.take_in import take_in_file

    taken = take_in_file(file=file, now=datetime.now(tz=UTC), actor="command:usage")
    if as_json:
        print(json.dumps({"stored": taken.stored, "repeated": taken.repeated}))
        return
    print(f"{taken.stored:,} records stored, {taken.repeated:,} seen before.")
