"""Reading any report: its table in two queries, and in one the documents that a figure of it is the sum of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from broadbill.core.money import Currency
from broadbill.reports.domain.asked import Asked, GroupingUnknown
from broadbill.reports.domain.report import MONTH, Grouping, Measure, Report
from broadbill.reports.domain.table import Cell, Column, Row, Source, Sources, Table, Unit

ROWS_SHOWN = 200
SOURCES_SHOWN = 50
Sums = Mapping[str, Any]


def read_report(report: Report, asked: Asked, *, rows_shown: int | None = ROWS_SHOWN) -> Table:
    """The report as a table. Above `rows_shown` rows the rest is summed up in one. Raises: GroupingUnknown."""
    grouping = _grouping(report, asked.by)
    sums = [measure for measure in report.measures if measure.over is None]
    grouped = f"SELECT {_key(grouping)}, {_title(grouping)}, {_sums(sums)} {_parts(report, asked)} GROUP BY 1"
    ordered = f"{grouped} ORDER BY {_order(report, asked, grouping)}"
    found = _rows(f"{ordered} LIMIT {rows_shown + 1}" if rows_shown else ordered, asked)
    (total,) = _rows(f"SELECT {_sums(sums)} {_parts(report, asked)}", asked)
    keys = [measure.key for measure in sums]
    rows = [(key, title, dict(zip(keys, values, strict=True))) for key, title, *values in found]
    shown, left_out = (rows[:rows_shown], rows[rows_shown:]) if rows_shown else (rows, [])
    of_all = dict(zip(keys, total, strict=True))
    return Table(
        columns=_columns(report),
        rows=tuple(Row(key, title, _cells(report, asked, values)) for key, title, values in shown),
        others=_cells(report, asked, _less(sums, of_all, [values for *_, values in shown]))
        if left_out
        else None,
        totals=_cells(report, asked, _totals(sums, of_all, shown) if grouping.key == MONTH else of_all),
    )


def read_sources(report: Report, asked: Asked, *, of: str | None = None, after: str = "") -> Sources:
    """What the figures of one row (`of`: a month as `2026-11-01`, or a group's key) or of all are the sums of.

    Raises: GroupingUnknown.
    """
    grouping = _grouping(report, asked.by)
    sums = [measure for measure in report.measures if measure.over is None and not measure.counts]
    begins = "".join(f" AND {_key(grouping)}::text = %(of)s" for _ in [of] if of is not None)
    page = "".join(
        " AND (dated_on, kind, number, account) > (%(d)s, %(k)s, %(n)s, %(a)s)" for _ in [after] if after
    )
    nothing = " OR ".join(f"sum({measure.key}) <> 0" for measure in sums)
    found = _rows(
        f"SELECT kind, number, account, dated_on, {_sums(sums)} {_parts(report, asked)} AND kind <> ''{begins}{page}"
        f" GROUP BY kind, number, account, dated_on HAVING {nothing}"
        f" ORDER BY dated_on, kind, number, account LIMIT {SOURCES_SHOWN + 1}",
        asked, of=of, **_after(after),
    )  # fmt: skip
    rows = tuple(
        Source(
            kind,
            number,
            account,
            dated_on,
            tuple(_cell(asked, m, v) for m, v in zip(sums, values, strict=True)),
        )
        for kind, number, account, dated_on, *values in found[:SOURCES_SHOWN]
    )
    columns = tuple(Column(measure.key, measure.title(), measure.unit) for measure in sums)
    return Sources(columns, rows, _key_of(rows[-1]) if len(found) > SOURCES_SHOWN else None)


def _grouping(report: Report, by: str) -> Grouping:
    found = report.grouping(by)
    if found is None:
        known = ", ".join(grouping.key for grouping in report.groupings)
        raise GroupingUnknown(report=report.key, asked=f"grouping by {by}", known=known)
    return found


def _parts(report: Report, asked: Asked) -> str:
    apart = report.kept_apart
    only = f"{apart.key}::text = %(only)s" if apart and asked.only else "true"
    return f"FROM ({report.parts}) AS part WHERE {only}"


def _order(report: Report, asked: Asked, grouping: Grouping) -> str:
    sortable = [measure.key for measure in report.measures if measure.over is None]
    if asked.sort:
        if asked.sort not in sortable:
            raise GroupingUnknown(
                report=report.key, asked=f"column {asked.sort} to sort by", known=", ".join(sortable)
            )
        return f"{asked.sort} DESC NULLS LAST, 1"
    if grouping.key == MONTH:
        return "1"
    return f"{report.order} DESC NULLS LAST, 1" if report.order else "1"


def _key(grouping: Grouping) -> str:
    return f"part.{grouping.key}"


def _title(grouping: Grouping) -> str:
    return f"min(part.{grouping.title_from or grouping.key}::text)"


def _sums(measures: Sequence[Measure]) -> str:
    return ", ".join(
        f"count(DISTINCT part.{measure.key}) AS {measure.key}"
        if measure.counts
        else f"sum(part.{measure.key}) AS {measure.key}"
        for measure in measures
    )


def _rows(query: str, asked: Asked, **more: Any) -> list[tuple[Any, ...]]:
    parameters = {
        "starts": asked.period.starts,
        "ends": asked.period.ends,
        "currency": asked.currency,
        "only": asked.only,
        "today": asked.today,
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _columns(report: Report) -> tuple[Column, ...]:
    return tuple(Column(measure.key, measure.title(), measure.unit) for measure in report.shown)


def _cells(report: Report, asked: Asked, sums: Sums) -> tuple[Cell, ...]:
    return tuple(_cell(asked, measure, _value(measure, sums)) for measure in report.shown)


def _value(measure: Measure, sums: Sums) -> Any:
    if measure.over is None:
        return sums[measure.key]
    part, whole = (sums[key] for key in measure.over)
    return Decimal(part) / Decimal(whole) if whole and part is not None else None


def _cell(asked: Asked, measure: Measure, value: Any) -> Cell:
    if value is None:
        return None
    if measure.unit is Unit.MONEY:
        currency = Currency.of(asked.currency)
        return currency.round(Decimal(value).scaleb(-currency.digits))
    return int(value) if measure.unit is Unit.COUNT else Decimal(value)


def _totals(
    sums: Sequence[Measure], of_all: Sums, rows: Sequence[tuple[date | str, str, Sums]]
) -> dict[str, Any]:
    """What stands under months: the sum of flows, the first or last of balances."""
    totals = dict(of_all)
    for measure in sums:
        if measure.total == "none" or (measure.total in ("first", "last") and not rows):
            totals[measure.key] = None
        elif measure.total != "sum":
            totals[measure.key] = rows[0 if measure.total == "first" else -1][2][measure.key]
    return totals


def _less(sums: Sequence[Measure], of_all: Sums, shown: Sequence[Sums]) -> dict[str, Any]:
    """What the rows left out sum up to; what is counted once in several groups has no such sum."""
    return {
        measure.key: None
        if measure.counts
        else (of_all[measure.key] or 0) - sum(row[measure.key] or 0 for row in shown)
        for measure in sums
    }


def _key_of(source: Source) -> str:
    return f"{source.dated_on}\t{source.kind}\t{source.number}\t{source.account}"


def _after(key: str) -> dict[str, Any]:
    if not key:
        return {}
    dated_on, kind, number, account = (*key.split("\t"), "", "", "")[:4]
    return {"d": date.fromisoformat(dated_on), "k": kind, "n": number, "a": account}
