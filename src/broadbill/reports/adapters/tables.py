"""A report's table as files: CSV for programs, XLSX for people with spreadsheets. Every row, totals last."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from broadbill.core.money import Currency, Money
from broadbill.reports.domain.table import Cell, Table, Unit

TOTAL = "total"


def csv_rows(table: Table, *, of: str) -> Iterator[tuple[str, ...]]:
    """The head, with columns named by their keys, and plain decimals with a point; `of` names the first column."""
    yield (of, "title", *(column.key for column in table.columns))
    for row in table.rows:
        yield (str(row.of), row.title, *map(_plain, row.cells))
    yield (TOTAL, "", *map(_plain, table.totals))


def workbook(table: Table, *, title: str, definition: str, of: str, currency: str) -> bytes:
    """A sheet with the table, its numbers as numbers, and its definition under it."""
    into = BytesIO()
    with xlsxwriter.Workbook(into, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Report")
        bold = book.add_format({"bold": True})
        formats = {unit: book.add_format({"num_format": _pattern(unit, currency)}) for unit in Unit}
        bold_formats = {
            unit: book.add_format({"num_format": _pattern(unit, currency), "bold": True}) for unit in Unit
        }
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, len(table.columns), 16)
        sheet.write_string(0, 0, title, bold)
        sheet.write_row(2, 0, [of, *(column.title for column in table.columns)], bold)
        line = 3
        for line, row in enumerate(table.rows, start=3):
            sheet.write_string(line, 0, row.title)
            for index, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True), start=1):
                if cell is not None:
                    sheet.write_number(line, index, float(_number(cell)), formats[column.unit])
        sheet.write_string(line + 1, 0, TOTAL, bold)
        for index, (column, cell) in enumerate(zip(table.columns, table.totals, strict=True), start=1):
            if cell is not None:
                sheet.write_number(line + 1, index, float(_number(cell)), bold_formats[column.unit])
        sheet.write_string(line + 3, 0, definition)
        sheet.freeze_panes(3, 1)
    return into.getvalue()


def _pattern(unit: Unit, currency: str) -> str:
    if unit is Unit.MONEY:
        digits = Currency.of(currency).digits
        return f"#,##0.{'0' * digits}" if digits else "#,##0"
    return {Unit.COUNT: "#,##0", Unit.SHARE: "0.0%", Unit.DAYS: "0.0", Unit.QUANTITY: "#,##0.######"}[unit]


def _number(cell: Money | Decimal | int) -> Decimal | int:
    return cell.amount if isinstance(cell, Money) else cell


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
