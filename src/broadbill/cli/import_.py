"""`broadbill import`: a customer list from any provider's export."""

from __future__ import annotations

import csv
import gc
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from broadbill.imports.domain.problem import Problem
    from broadbill.imports.domain.summary import Summary

PROBLEMS_SHOWN = 1000


def import_records(
    file: Annotated[Path, typer.Argument(help="The export, a CSV file.")],
    map_file: Annotated[Path, typer.Option("--map", help="The map that says what its columns mean (TOML).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, then take it back.")] = False,
    errors: Annotated[Path | None, typer.Option(help="Write every problem to this CSV file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Take accounts, contacts, contracts, subscriptions and opening balances from any provider's export.

    All or nothing: when a row cannot be taken, every problem is listed and nothing is written.
    Nothing is billed.
    """
    from broadbill.imports.adapters.map_file import read_map

    # Before the database is started: a map that is wrong is wrong without it.
    imported = read_map(map_file)
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.imports.domain.errors import RowsRefused
    from broadbill.imports.operations.import_file import ImportRequest, import_file

    _collect_garbage_seldom()
    request = ImportRequest(path=file, map=imported, dry_run=dry_run, actor="command:import")
    with ExitStack() as stack:
        problems = Problems(stack, errors)
        progress = stack.enter_context(_progress(file, hidden=as_json))
        try:
            summary = import_file(request=request, now=timezone.now(), report=problems.add, progress=progress)
        except RowsRefused as refusal:
            stack.close()
            _print_refusal(file, problems, refusal.rows, as_json=as_json)
            sys.exit(1)
    _print_summary(file, summary, dry_run=dry_run, as_json=as_json)


def _collect_garbage_seldom() -> None:
    """A chunk's records hold no cycles, and looking for cycles among them took a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


class Problems:
    """Keeps the first problems to show, and writes all of them to a file where one is asked for."""

    def __init__(self, stack: ExitStack, path: Path | None) -> None:
        self.path = path
        self.count = 0
        self.first: list[Problem] = []
        self._stack = stack
        self._writer: Callable[[tuple[object, ...]], object] | None = None

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.first) < PROBLEMS_SHOWN:
            self.first.append(problem)
        if self.path:
            self._write(self.path, problem)

    def _write(self, path: Path, problem: Problem) -> None:
        if self._writer is None:
            stream = self._stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            self._writer = csv.writer(stream).writerow
            self._writer(("line", "column", "value", "expected"))
        self._writer((problem.line, problem.column, problem.value, problem.expected))


@contextmanager
def _progress(file: Path, *, hidden: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal, as long as the file."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("Importing"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, disable=hidden or not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task("import", total=file.stat().st_size if file.is_file() else None, rows=0)
        yield lambda read, rows: bar.update(task, completed=read, rows=rows)


def _print_refusal(file: Path, problems: Problems, bad_rows: int, *, as_json: bool) -> None:
    if as_json:
        listed = [
            {"line": each.line, "column": each.column, "value": each.value, "expected": each.expected}
            for each in problems.first
        ]
        print(
            json.dumps(
                {"problems": problems.count, "bad_rows": bad_rows, "first": listed}, ensure_ascii=False
            )
        )
    else:
        for each in problems.first:
            where = f"line {each.line}" + (f", {each.column}" if each.column else "")
            print(f"{where}: {each.value_in_short!r}, expected {each.expected}", file=sys.stderr)
    more = problems.count - len(problems.first)
    rest = f" {more:,} more are not shown." if more else ""
    written = f" All of them are in {problems.path}." if problems.path else ""
    told = f"{_counted(problems.count, 'problem')} in {_counted(bad_rows, 'row')} of {file.name}."
    print(f"broadbill: {told}{rest}{written} Nothing was imported.", file=sys.stderr)


def _print_summary(file: Path, summary: Summary, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": file.name, "dry_run": dry_run, **summary.as_json()}, ensure_ascii=False))
        return
    print(f"Dry run, nothing was written. {file.name} would give:" if dry_run else f"{file.name} gave:")
    for name, value in _rows(summary):
        print(f"  {name:<28}{value:>16}")


def _rows(summary: Summary) -> Iterator[tuple[str, str]]:
    yield "rows", f"{summary.rows:,}"
    if summary.skipped:
        yield "skipped by the map", f"{summary.skipped:,}"
    yield "accounts", f"{summary.accounts:,}"
    if summary.closed_accounts:
        yield "  of them closed", f"{summary.closed_accounts:,}"
    yield "contacts", f"{summary.contacts:,}"
    yield "contracts", f"{summary.contracts:,}"
    yield "subscriptions", f"{summary.subscriptions.total():,}"
    for plan, count in sorted(summary.subscriptions.items()):
        yield f"  {plan}", f"{count:,}"
    for code, amount in sorted(summary.agreed_prices.items()):
        yield f"agreed prices, {code}", f"{amount:,}"
    yield "opening balances", f"{summary.opening_balances:,}"
    for code, total in sorted(summary.opening_totals.items()):
        yield f"  {code}", str(total)
    yield "plans created", ", ".join(summary.plans_created) or "none"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
