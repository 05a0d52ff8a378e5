"""Reports as the office shows them: figures in words, rows by month, a chart of what matters."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel import Locale

from broadbill.core.money import Money
from broadbill.design.charts import Column as Bar
from broadbill.design.charts import Mark
from broadbill.design.formats import NONE, count_text, money_text, month_text, plain_text, share_text
from broadbill.reports.domain.report import Report
from broadbill.reports.domain.table import Cell, Row, Table, Unit

BARS_AT_MOST = 24


def figure_text(cell: Cell, unit: Unit, locale: Locale) -> str:
    """`1,234.50`, `1,284`, `2.5%`, `4.6`; an em dash where nothing is known."""
    if cell is None:
        return NONE
    if isinstance(cell, Money):
        return money_text(cell, locale)
    if unit is Unit.SHARE:
        return share_text(Decimal(cell), locale)
    if unit is Unit.DAYS:
        return plain_text(Decimal(cell).quantize(Decimal("0.1")), locale)
    return count_text(cell, locale) if isinstance(cell, int) else plain_text(cell, locale)


def row_title(row: Row, locale: Locale) -> str:
    """The month, or what the group is called."""
    return month_text(row.of, locale) if isinstance(row.of, date) else row.title or NONE


def bars_of(report: Report, table: Table, locale: Locale, *, today: date) -> tuple[list[Bar], list[str]]:
    """The columns and the names of the report's chart; nothing where there is nothing to draw."""
    keys = [column.key for column in table.columns]
    drawn = [keys.index(key) for key in report.chart]
    bars = [
        Bar(
            label=row_title(row, locale).split(" ")[0],
            long_label=row_title(row, locale),
            marks=tuple(_mark(row.cells[index], table.columns[index].unit, locale) for index in drawn),
            partial=isinstance(row.of, date) and (row.of.year, row.of.month) == (today.year, today.month),
        )
        for row in table.rows[:BARS_AT_MOST]
        if drawn
    ]
    return bars, [table.columns[index].title for index in drawn]


def _mark(cell: Cell, unit: Unit, locale: Locale) -> Mark:
    height = cell.amount if isinstance(cell, Money) else Decimal(cell or 0)
    return Mark(height, figure_text(cell, unit, locale))
