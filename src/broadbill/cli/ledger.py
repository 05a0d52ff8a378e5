"""`broadbill ledger`: the books for an accountant."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from broadbill.core.errors import DomainError
from broadbill.core.period import Period

ledger = typer.Typer(no_args_is_help=True)
ONE_DAY = timedelta(days=1)


class Format(StrEnum):
    """Who the file is for."""

    CSV = "csv"
    BEANCOUNT = "beancount"
    QUICKBOOKS = "quickbooks"
    XERO = "xero"


@dataclass(kw_only=True, eq=False)
class ExportRangeIsInvalid(DomainError):
    """A range of days that ends before it begins."""

    code = "cli.export_range_is_invalid"
    message = "The last day, {last}, is before the first, {first}."
    first: str
    last: str


@dataclass(kw_only=True, eq=False)
class NothingToExport(DomainError):
    """A journal without an entry in the days asked for."""

    code = "cli.nothing_to_export"
    message = "Nothing is booked yet, so there is nothing to export."


@dataclass(kw_only=True, eq=False)
class ExportNotWritten(DomainError):
    """A file that cannot be written."""

    code = "cli.export_not_written"
    message = "{file} cannot be written: {reason}. Choose another with --out."
    file: str
    reason: str


@ledger.callback()
def books() -> None:
    """The books for an accountant."""


@ledger.command("export")
def export(
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="csv: every posting; beancount: a file bean-check accepts; quickbooks, xero: journals by day.",
        ),
    ] = Format.CSV,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day; default: the first one booked."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; default: the last one booked."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; default: standard output.")] = None,
) -> None:
    """Write the journal of some days for a spreadsheet or an accounting program."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.reports.queries.journal import booked_days

    booked = booked_days()
    if booked is None:
        raise NothingToExport
    starts = first.date() if first else booked.starts
    ends = last.date() + ONE_DAY if last else max(booked.ends, starts + ONE_DAY)
    if ends <= starts:
        raise ExportRangeIsInvalid(first=str(starts), last=str(ends - ONE_DAY))
    with _opened(out) as file:
        _write(file, form, Period(starts, ends))
    if out is not None:
        print(f"Wrote the journal from {starts} to {ends - ONE_DAY} to {out}.")


@ledger.command("close")
def close(
    month: Annotated[
        datetime, typer.Argument(formats=["%Y-%m"], help="The month that has ended, e.g. 2026-10.")
    ],
) -> None:
    """Close the books through the end of a month: nothing is posted in it any more.

    What becomes known of it later is booked on the first open day, and bills are dated in the open month.
    """
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.ledger.operations.closing import close_month

    closed = Period.month(month.date())
    close_month(month=closed, today=timezone.localdate(), now=timezone.now(), actor="command:ledger")
    print(f"The books are closed through {closed.ends - ONE_DAY}.")


def _write(file: TextIO, form: Format, period: Period) -> None:
    from broadbill.accounts.queries.provider import current_provider
    from broadbill.reports.adapters import spreadsheets
    from broadbill.reports.adapters.beancount import beancount_lines
    from broadbill.reports.queries.journal import daily_journal, journal

    match form:
        case Format.CSV:
            _write_rows(file, spreadsheets.plain_rows(journal(period)))
        case Format.QUICKBOOKS:
            _write_rows(file, spreadsheets.quickbooks_rows(daily_journal(period)))
        case Format.XERO:
            _write_rows(file, spreadsheets.xero_rows(daily_journal(period)))
        case Format.BEANCOUNT:
            title = current_provider().name or "Broadbill"
            file.writelines(
                f"{line}\n" for line in beancount_lines(journal(period), title=title, period=period)
            )


def _write_rows(file: TextIO, rows: Iterable[tuple[str, ...]]) -> None:
    csv.writer(file, lineterminator="\n").writerows(rows)


@contextmanager
def _opened(out: Path | None) -> Iterator[TextIO]:
    """The file, whole or not at all: what was there before stays until all is written."""
    if out is None:
        yield sys.stdout
        return
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(out)
    except OSError as error:
        raise ExportNotWritten(file=str(out), reason=error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)
