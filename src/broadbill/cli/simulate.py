"""`broadbill simulate`: a scenario in, its invoices and credit notes out, as JSON. It touches no database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from broadbill.core.errors import DomainError
from broadbill.core.rating import simulate as simulate_scenario
from broadbill.core.rating.schema import scenario_schema

STDIN = "-"


def simulate(
    file: Annotated[
        str,
        typer.Argument(
            help="A scenario as JSON, or an object that holds one as `scenario`; - reads standard input."
        ),
    ] = STDIN,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a scenario.")] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Read one scenario a line and print one result a line.")
    ] = False,
) -> None:
    """Bill a scenario and print its documents. Refused input is told in one line, with exit code 2."""
    if schema:
        sys.stdout.write(schema_text())
        return
    try:
        if lines:
            with _opened(file) as source:
                answer_lines(source)
        else:
            with _opened(file) as source:
                text = source.read()
            sys.stdout.write(
                json.dumps(simulate_scenario(_scenario(_loaded(text))), indent=2, ensure_ascii=False) + "\n"
            )
    except UnicodeDecodeError as error:
        typer.echo(f"not text in UTF-8: {error.reason} at byte {error.start}", err=True)
        raise typer.Exit(2) from error
    except (DomainError, _UnreadableError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except BrokenPipeError:
        raise typer.Exit(0) from None


def answer_lines(source: Iterable[str]) -> None:
    """Answer each line as it comes: a result, or `{"error": ...}` for a scenario that is refused."""
    write, flush = sys.stdout.write, sys.stdout.flush
    for line in source:
        if not line.strip():
            continue
        try:
            answer = simulate_scenario(_scenario(_loaded(line)))
        except (DomainError, _UnreadableError) as error:
            answer = {"error": str(error)}
        write(json.dumps(answer, ensure_ascii=False) + "\n")
        flush()


def _scenario(content: Any) -> Any:
    """The scenario itself, where it stands beside words about it and the bills expected, as in examples/plans."""
    return content["scenario"] if isinstance(content, dict) and "scenario" in content else content


def schema_text() -> str:
    """The JSON Schema of a scenario."""
    return json.dumps(scenario_schema(), ensure_ascii=False, indent=1) + "\n"


class _UnreadableError(Exception):
    """The input is no JSON text, or there is none."""


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise _UnreadableError(f"not JSON: {error.msg}, line {error.lineno} column {error.colno}") from error
    except (RecursionError, ValueError) as error:
        raise _UnreadableError(f"not JSON that can be read: {error}") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _opened(file: str) -> Any:
    if file == STDIN:
        return _Kept(sys.stdin)
    try:
        return Path(file).open(encoding="utf-8")
    except OSError as error:
        raise _UnreadableError(f"{file}: {error.strerror or error}") from error


class _Kept:
    """Standard input, which is not ours to close."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __enter__(self) -> Any:
        return self.stream

    def __exit__(self, *_: object) -> None:
        return None


if __name__ == "__main__":
    typer.run(simulate)
