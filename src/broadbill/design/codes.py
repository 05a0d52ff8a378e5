"""Barcodes and QR codes as SVG paths, drawn here because the libraries' own writers emit style attributes,
which the content security policy blocks."""

from __future__ import annotations

import barcode
import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

QUIET_MODULES = 10
BAR_HEIGHT = 40


# What fits the customer card at one pixel a module: 11 modules a character, start, checksum, stop and quiet zones.
LONGEST_IN_BARS = 20


def scannable(text: str) -> SafeString:
    """A Code 128 where it can say the text and fits the card, else a QR code: numbers are the operator's own."""
    if len(text) <= LONGEST_IN_BARS and all(" " <= character <= "~" for character in text):
        return code128(text)
    return qr(text, _("Code %(text)s") % {"text": text})


def code128(text: str, module_px: int = 1) -> SafeString:
    """A Code 128 of `text`, with whole pixels per module and a quiet zone of 10 modules on each side.

    Units:  module_px is CSS pixels per module: 1, 2 or 3. A stretched code cannot be read, so the width is
            fixed and never follows its box.
    Raises: barcode.errors.BarcodeError if the text has a character outside Code 128.
    """
    modules = barcode.get("code128", text).build()[0]
    width = len(modules) + 2 * QUIET_MODULES
    path, start = [], 0
    while start < len(modules):
        end = start
        while end < len(modules) and modules[end] == modules[start]:
            end += 1
        if modules[start] == "1":
            path.append(f"M{QUIET_MODULES + start} 0h{end - start}v{BAR_HEIGHT}h-{end - start}z")
        start = end
    return format_html(
        '<svg class="barcode" viewBox="0 0 {} {}" width="{}" height="54" preserveAspectRatio="none" role="img"'
        ' aria-label="{}" shape-rendering="crispEdges"><path d="{}"/></svg>',
        width,
        BAR_HEIGHT,
        width * module_px,
        _("Barcode %(code)s") % {"code": text},
        mark_safe("".join(path)),
    )


def qr(text: str, label: str) -> SafeString:
    """A QR code of `text` at error level M with a border of 2 modules; `label` says what opening it does."""
    made = segno.make(text, error="m", micro=False)
    size = made.symbol_size(border=2)[0]
    dots = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(made.matrix_iter(border=2))
        for x, dark in enumerate(row)
        if dark
    )
    return format_html(
        '<svg class="qr" viewBox="0 0 {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">'
        '<path d="{}"/></svg>',
        size,
        size,
        label,
        mark_safe(dots),
    )
