"""Charts as SVG drawn on the server.

Marks stretch with their card (`preserveAspectRatio="none"` and strokes that do not scale); every label is
HTML, so text never scales, wraps in any script and mirrors from right to left. No script, no inline style.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from broadbill.console.formats import axis_text, money_text
from broadbill.core.money import Money

GRID_LINES = 4


@dataclass(frozen=True, slots=True)
class Pair:
    """Two amounts of one month or day. `partial` marks a period that has not ended yet."""

    label: str
    long_label: str
    first: Money
    second: Money
    partial: bool = False


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


def bars(pairs: Sequence[Pair], first: str, second: str, locale: Locale) -> SafeString:
    """Two bars for each pair, from zero; hover or focus shows the exact amounts.

    Shape: one column per pair, in order; `first` and `second` name the two series.
    Raises: ValueError without pairs (show the empty state instead).
    """
    top, step = _round_axis(max(float(max(pair.first.amount, pair.second.amount)) for pair in pairs))
    marks = []
    for line in range(GRID_LINES + 1):
        y = 100 / GRID_LINES * line
        base = " base" if line == GRID_LINES else ""
        marks.append(f'<line class="gridline{base}" x1="0" x2="{len(pairs) * 100}" y1="{y:g}" y2="{y:g}"/>')
    for index, pair in enumerate(pairs):
        for name, offset, value in (("a", -13, pair.first), ("b", 13, pair.second)):
            x, y = index * 100 + 50 + offset, 100 - float(value.amount) / top * 100
            partial = " partial" if pair.partial else ""
            marks.append(f'<line class="bar {name}{partial}" x1="{x}" x2="{x}" y1="100" y2="{y:.2f}"/>')
    plot = format_html(
        '<svg class="plot" viewBox="0 0 {} 100" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        len(pairs) * 100,
        mark_safe("".join(marks)),
    )
    tips = format_html_join(
        "",
        '<li tabindex="0"><span class="tip"><b>{}</b><span class="tr"><i class="k a"></i>{}<em>{}</em></span>'
        '<span class="tr"><i class="k b"></i>{}<em>{}</em></span></span></li>',
        (
            (pair.long_label, first, money_text(pair.first, locale), second, money_text(pair.second, locale))
            for pair in pairs
        ),
    )
    return format_html(
        '<div class="chart"><div class="ya" aria-hidden="true">{}</div><div class="pa">{}'
        '<ol class="hits" aria-label="{}">{}</ol></div><div class="xa" aria-hidden="true">{}</div></div>',
        format_html_join(
            "", "<span>{}</span>", ((axis_text(top - step * i, locale),) for i in range(GRID_LINES + 1))
        ),
        plot,
        _("%(first)s and %(second)s") % {"first": first, "second": second},
        tips,
        format_html_join("", "<span>{}</span>", ((pair.label,) for pair in pairs)),
    )


def _round_axis(top: float) -> tuple[float, float]:
    """A round top of the axis at or above `top`, and a quarter of it."""
    if top <= 0:
        return float(GRID_LINES), 1.0
    magnitude = 10 ** math.floor(math.log10(top / GRID_LINES))
    steps = (factor * magnitude for factor in (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 12.5))
    step = next(step for step in steps if step * GRID_LINES >= top)
    return step * GRID_LINES, step
