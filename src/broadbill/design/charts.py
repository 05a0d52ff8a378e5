"""Charts as SVG drawn on the server.

Marks stretch with their card (`preserveAspectRatio="none"` and strokes that do not scale); every label is
HTML, so text never scales, wraps in any script and mirrors from right to left. No script, no inline style.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from broadbill.core.money import Money
from broadbill.design.formats import axis_text, money_text

GRID_LINES = 4
# The classes of one or two series, and how far their bars stand from the middle of the column.
PLACES = {1: (("b only", 0),), 2: (("a", -13), ("b", 13))}


@dataclass(frozen=True, slots=True)
class Mark:
    """How high a bar is, and the exact figure in words."""

    height: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """The one or two bars of a month, a day or a group. `partial` marks a period that has not ended yet."""

    label: str
    long_label: str
    marks: tuple[Mark, ...]
    partial: bool = False


def amount_mark(amount: Money, locale: Locale) -> Mark:
    return Mark(amount.amount, money_text(amount, locale))


def spark(values: Sequence[float], tone: str = "") -> SafeString:
    """A trend line without axes for a figure card; `tone` is empty, `good` or `warn`. Needs two values."""
    low, high = min(values), max(values)
    span = (high - low) or 1
    last = len(values) - 1
    points = [(i * 100 / last, 6 + 88 * (1 - (value - low) / span)) for i, value in enumerate(values)]
    line = " ".join(f"{'L' if i else 'M'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(points))
    return format_html(
        '<svg class="spark {}" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="fill" d="{} L100 100 L0 100Z"/><path class="ln" d="{}"/></svg>',
        tone,
        line,
        line,
    )


def stack(parts: Sequence[Money]) -> SafeString:
    """One bar of at most four shares of a whole, in the colours c0 to c3; the list beside it is its legend."""
    total = sum(part.minor for part in parts) or 1
    x, shares = 0.0, []
    for index, part in enumerate(parts):
        width = part.minor / total * 1000
        if part.minor:
            shares.append(
                f'<rect class="c{index}" x="{x:.1f}" y="0" width="{max(width - 4, 2):.1f}" height="10"/>'
            )
        x += width
    return format_html(
        '<svg class="stack" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        mark_safe("".join(shares)),
    )


def bars(columns: Sequence[Column], names: Sequence[str], locale: Locale) -> SafeString:
    """One or two bars for each column, from zero up or down; hover or focus shows the exact figures.

    Shape: as many marks in each column as `names`, which are those of the series, in order.
    Raises: ValueError without columns (show the empty state instead).
    """
    heights = [float(mark.height) for column in columns for mark in column.marks]
    top, bottom, step = _round_axis(max(heights), min(heights))
    marks = []
    for line in range(round((top - bottom) / step) + 1):
        y = step * line / (top - bottom) * 100
        base = " base" if abs(top - step * line) < step / 2 else ""
        marks.append(
            f'<line class="gridline{base}" x1="0" x2="{len(columns) * 100}" y1="{y:.4g}" y2="{y:.4g}"/>'
        )
    zero = top / (top - bottom) * 100
    for index, column in enumerate(columns):
        for (series, offset), mark in zip(PLACES[len(names)], column.marks, strict=True):
            x, y = index * 100 + 50 + offset, zero - float(mark.height) / (top - bottom) * 100
            partial = " partial" if column.partial else ""
            marks.append(
                f'<line class="bar {series}{partial}" x1="{x}" x2="{x}" y1="{zero:.4g}" y2="{y:.2f}"/>'
            )
    plot = format_html(
        '<svg class="plot" viewBox="0 0 {} 100" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        len(columns) * 100,
        mark_safe("".join(marks)),
    )
    axis = (axis_text(top - step * line, locale) for line in range(round((top - bottom) / step) + 1))
    return format_html(
        '<div class="chart"><div class="ya" aria-hidden="true">{}</div><div class="pa">{}'
        '<ol class="hits" aria-label="{}">{}</ol></div><div class="xa" aria-hidden="true">{}</div></div>',
        format_html_join("", "<span>{}</span>", ((text,) for text in axis)),
        plot,
        names[0]
        if len(names) == 1
        else _("%(first)s and %(second)s") % {"first": names[0], "second": names[1]},
        format_html_join("", '<li tabindex="0">{}</li>', ((_tip(column, names),) for column in columns)),
        format_html_join("", "<span>{}</span>", ((column.label,) for column in columns)),
    )


def _tip(column: Column, names: Sequence[str]) -> SafeString:
    figures = (
        (series, name, mark.text)
        for (series, _), name, mark in zip(PLACES[len(names)], names, column.marks, strict=True)
    )
    rows = format_html_join("", '<span class="tr"><i class="k {}"></i>{}<em>{}</em></span>', figures)
    return format_html('<span class="tip"><b>{}</b>{}</span>', column.long_label, rows)


def _round_axis(high: float, low: float) -> tuple[float, float, float]:
    """A round top not below `high` or zero, a round bottom not above `low` or zero, and the step between lines."""
    reach = max(high, -low, 0.0)
    if reach <= 0:
        return float(GRID_LINES), 0.0, 1.0
    magnitude = 10 ** math.floor(math.log10(reach / GRID_LINES))
    steps = (factor * magnitude for factor in (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 12.5))
    step = next(step for step in steps if step * GRID_LINES >= reach)
    if low >= 0:
        return step * GRID_LINES, 0.0, step
    return step * max(math.ceil(high / step), 0), -step * math.ceil(-low / step), step
