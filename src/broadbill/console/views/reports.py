"""Reports: the list, one with its chart and table, its files, and the documents behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from broadbill.accounts.queries.provider import current_provider
from broadbill.console.exports import csv_file
from broadbill.console.figures import bars_of, figure_text, row_title
from broadbill.design.formats import locale_of
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.reports.adapters.tables import csv_rows, workbook
from broadbill.reports.domain.asked import Asked, months_between, usual_months
from broadbill.reports.domain.report import Report
from broadbill.reports.domain.table import Cell, Column
from broadbill.reports.queries.catalogue import REPORTS, report_named
from broadbill.reports.queries.read import read_report, read_sources

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires(Permission.VIEW_REPORTS)
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    return render(request, "console/reports/list.html", {"reports": REPORTS})


@requires(Permission.VIEW_REPORTS)
@require_GET
def report(request: HttpRequest, name: str) -> HttpResponseBase:
    """The filters stand in the address: `from`, `to` (months), `by`, `group`, `sort`, `currency`; `as` is a file."""
    shown = report_named(name)
    asked = _asked(shown, request.GET)
    wanted = request.GET.get("as", "")
    if wanted in ("csv", "xlsx"):
        return _file(shown, asked, wanted)
    table = read_report(shown, asked)
    locale = locale_of(get_language() or "en")
    bars, names = bars_of(shown, table, locale, today=asked.today)
    sortable = {measure.key for measure in shown.measures if measure.over is None}
    context = {
        "report": shown,
        "asked": asked,
        "grouping": shown.grouping(asked.by),
        "heads": [(column, column.key in sortable) for column in table.columns],
        "rows": [
            (row_title(row, locale), str(row.of), _texts(row.cells, table.columns)) for row in table.rows
        ],
        "others": _texts(table.others, table.columns) if table.others else None,
        "totals": _texts(table.totals, table.columns),
        "bars": bars,
        "names": names,
        "has_months": shown.span != "now",
    }
    part = "#figures" if getattr(request, "htmx", False) else ""
    return render(request, f"console/reports/page.html{part}", context)


@requires(Permission.VIEW_REPORTS)
@require_GET
def report_sources(request: HttpRequest, name: str) -> HttpResponse:
    """What one row of a report (`of`) is the sum of, a page at a time."""
    shown = report_named(name)
    asked = _asked(shown, request.GET)
    of = request.GET.get("of")
    page = read_sources(shown, asked, of=of, after=request.GET.get("after", ""))
    context = {
        "report": shown,
        "asked": asked,
        "of": of,
        "columns": page.columns,
        "rows": [(source, _texts(source.cells, page.columns)) for source in page.rows],
        "page": {"first": not request.GET.get("after"), "next_key": page.next_key},
        "back_query": _without(request.GET, "of", "after"),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/reports/sources.html{part}", context)


def _asked(shown: Report, query: QueryDict) -> Asked:
    """Raises: MonthsRefused."""
    today = timezone.localdate()
    usual = usual_months(shown.span, today)
    return Asked(
        period=months_between(_month(query, "from", usual.starts), _month(query, "to", usual.last_day)),
        currency=query.get("currency") or current_provider().currency,
        by=query.get("by") or shown.groupings[0].key,
        today=today,
        only=query.get("group", ""),
        sort=query.get("sort", ""),
    )


def _month(query: QueryDict, key: str, usual: date) -> date:
    """A month typed as 2026-11; the usual one where nothing readable was typed."""
    try:
        return date.fromisoformat(f"{query.get(key, '')}-01")
    except ValueError:
        return usual


def _texts(cells: Sequence[Cell], columns: Sequence[Column]) -> list[str]:
    locale = locale_of(get_language() or "en")
    return [figure_text(cell, column.unit, locale) for cell, column in zip(cells, columns, strict=True)]


def _file(shown: Report, asked: Asked, wanted: str) -> HttpResponseBase:
    table = read_report(shown, asked, rows_shown=None)
    name = f"{shown.key}-{asked.period.starts:%Y-%m}-{asked.period.last_day:%Y-%m}"
    if wanted == "csv":
        head, *rows = csv_rows(table, of=asked.by)
        return csv_file(name, head, rows)
    grouping = shown.grouping(asked.by)
    book = workbook(
        table,
        title=f"{shown.title()}, {asked.period}",
        definition=shown.definition(),
        of=grouping.title() if grouping else _("Row"),
        currency=asked.currency,
    )
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{wanted}"'}
    return HttpResponse(book, content_type=WORKBOOK, headers=disposition)


def _without(query: QueryDict, *keys: str) -> str:
    kept = query.copy()
    for key in keys:
        kept.pop(key, None)
    return kept.urlencode()
