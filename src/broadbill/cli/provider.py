"""`broadbill provider`: who bills."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from broadbill.cli.session import open_session
from broadbill.core.errors import DomainError

provider = typer.Typer(no_args_is_help=True)


@dataclass(kw_only=True, eq=False)
class PairIsInvalid(DomainError):
    """A detail was not written as KEY=VALUE, or its file cannot be read."""

    code = "cli.pair_is_invalid"
    message = "{pair!r}: {reason}."
    pair: str
    reason: str


@provider.command("set")
def change(
    pairs: Annotated[
        list[str],
        typer.Argument(metavar="KEY=VALUE", help="e.g. name='Lakeside Fibre'; logo=@logo.svg reads a file."),
    ],
) -> None:
    """Change what documents say of the provider. Those issued before stay as they are."""
    changes = dict(_pair(pair) for pair in pairs)
    open_session()
    from broadbill.accounts.operations.provider import change_provider

    changed = change_provider(changes=changes, now=datetime.now(tz=UTC), actor="command:provider")
    print(f"{changed.name or 'The provider'}: {', '.join(sorted(changes))} set.")


@provider.command("show")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """Tell what documents say of the provider."""
    open_session()
    from broadbill.accounts.domain.provider_details import KEYS
    from broadbill.accounts.queries.provider import current_provider

    current = current_provider()
    details = {key: getattr(current, key) for key in KEYS}
    if as_json:
        print(json.dumps(details, ensure_ascii=False, indent=2))
        return
    for key, value in details.items():
        shown = f"an SVG drawing of {len(value):,} characters" if key == "logo" and value else value
        print(f"{key:<12} {shown}".rstrip())


def _pair(pair: str) -> tuple[str, str]:
    key, equals, value = pair.partition("=")
    if not equals:
        raise PairIsInvalid(pair=pair, reason="write KEY=VALUE")
    if not value.startswith("@"):
        return key, value
    try:
        return key, Path(value[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PairIsInvalid(pair=pair, reason=f"cannot read {value[1:]}: {error}") from error
