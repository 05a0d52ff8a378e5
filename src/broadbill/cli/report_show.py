"""`broadbill report list` and `show`: any report, printed or written to a file."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from broadbill.cli.files import write_file
from broadbill.core.money import Money

if TYPE_CHECKING:
    from broadbill.reports.domain.asked import Asked
    from broadbill.reports.domain.report import Report
    from broadbill.reports.domain.table import Cell, Column, Table

MONTH = ["%Y-%m"]


def list_reports() -> None:
    """List the reports and how each can be grouped."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.reports.queries.catalogue import REPORTS

    for report in REPORTS:
        groupings = ", ".join(grouping.key for grouping in report.groupings)
        print(f"{report.key:<18}{report.question()} (by {groupings})")


def show(
    name: Annotated[str, typer.Argument(help="A report of `broadbill report list`.")],
    first: Annotated[datetime | None, typer.Option("--from", formats=MONTH, help="The first month.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=MONTH, help="The last month.")] = None,
    by: Annotated[str, typer.Option(help="How to group it; its own first grouping unless said.")] = "",
    only: Annotated[str, typer.Option(help="One plan, method, … alone.")] = "",
    sort: Annotated[str, typer.Option(help="A column to sort by, largest first.")] = "",
    currency: Annotated[str, typer.Option(help="The provider's unless said.")] = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print every row as CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print every row as JSON.")] = False,
    xlsx: Annotated[Path | None, typer.Option(help="Write every row into this workbook.")] = None,
) -> None:
    """Print a report: a year of months up to this one unless said."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.provider import current_provider
    from broadbill.reports.adapters.tables import csv_rows, workbook
    from broadbill.reports.domain.asked import Asked, months_between, usual_months
    from broadbill.reports.queries.catalogue import report_named
    from broadbill.reports.queries.read import read_report

    report = report_named(name)
    today = timezone.localdate()
    usual = usual_months(report.span, today)
    asked = Asked(
        period=months_between(_day(first) or usual.starts, _day(last) or usual.last_day),
        currency=currency or current_provider().currency,
        by=by or report.groupings[0].key,
        today=today,
        only=only,
        sort=sort,
    )
    table = read_report(report, asked, rows_shown=None)
    if as_csv:
        csv.writer(sys.stdout).writerows(csv_rows(table, of=asked.by))
    elif as_json:
        print(json.dumps(_as_json(report, asked, table)))
    elif xlsx is not None:
        book = workbook(
            table, title=report.title(), definition=report.definition(), of=asked.by, currency=asked.currency
        )
        write_file(xlsx, book)
        print(f"{len(table.rows):,} rows written to {xlsx}.")
    else:
        _print(report, asked, table)


def _day(month: datetime | None) -> date | None:
    return month.date() if month else None


def _print(report: Report, asked: Asked, table: Table) -> None:
    print(f"{report.title()}, {asked.period}" + (f", {asked.currency}" if report.in_currency else ""))
    widths = [max(14, len(column.title) + 2) for column in table.columns]
    print(f"{asked.by:<34}" + "".join(f"{c.title:>{w}}" for c, w in zip(table.columns, widths, strict=True)))
    for title, cells in [
        *((_title(row.of, row.title), row.cells) for row in table.rows),
        ("total", table.totals),
    ]:
        written = (_written(cell, column) for cell, column in zip(cells, table.columns, strict=True))
        print(f"{title[:32]:<34}" + "".join(f"{text:>{w}}" for text, w in zip(written, widths, strict=True)))
    print(report.definition())


def _title(of: date | str, title: str) -> str:
    return f"{of:%Y-%m}" if isinstance(of, date) else title or "—"


def _written(cell: Cell, column: Column) -> str:
    from broadbill.reports.domain.table import Unit

    if cell is None:
        return "—"
    if column.unit is Unit.SHARE:
        return f"{cell:.1%}"
    if column.unit is Unit.DAYS:
        return f"{cell:.1f}"
    return f"{cell.amount:,}" if isinstance(cell, Money) else f"{cell:,}"


def _as_json(report: Report, asked: Asked, table: Table) -> dict[str, object]:
    """Amounts, shares and quantities as plain decimal strings."""
    keys = [column.key for column in table.columns]

    def named(cells: tuple[Cell, ...]) -> dict[str, object]:
        return {
            key: cell if isinstance(cell, int) or cell is None else str(cell)
            for key, cell in zip(keys, cells, strict=True)
        }

    return {
        "report": report.key,
        "from": asked.period.starts.isoformat(),
        "to": asked.period.ends.isoformat(),
        "by": asked.by,
        "currency": asked.currency if report.in_currency else None,
        "rows": [{"of": str(row.of), "title": row.title, **named(row.cells)} for row in table.rows],
        "totals": named(table.totals),
    }
