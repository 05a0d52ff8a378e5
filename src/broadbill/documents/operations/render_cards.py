"""A sheet of cards made into a PDF by typst."""

from __future__ import annotations

import json
from typing import Any

import typst

from broadbill.documents.domain.cards import CardSheet, as_printed
from broadbill.documents.operations.render import (
    COMPILING,
    DocumentNotPrintable,
    as_svg,
    compiler,
    families,
    misses_a_glyph,
    told,
)

MAIN = b'#import "cards.typ": sheet-of\n#sheet-of(json("cards.json"))'


def render_cards(sheet: CardSheet) -> bytes:
    """The PDF of all its cards, three by eight on each A4 page. Raises: DocumentNotPrintable."""
    logo = as_svg(sheet.logo.encode()) if sheet.logo else None
    content = json.dumps(
        as_printed(sheet) | {"families": families(), "logo": logo}, ensure_ascii=False
    ).encode()
    try:
        return _set_in_type(content, system_fonts=False)
    except typst.TypstError as refusal:
        if not misses_a_glyph(refusal):
            raise DocumentNotPrintable(number=sheet.title, reason=told(refusal)) from refusal
    try:
        return _set_in_type(content, system_fonts=True)
    except typst.TypstError as refusal:
        raise DocumentNotPrintable(number=sheet.title, reason=told(refusal)) from refusal


def _set_in_type(content: bytes, *, system_fonts: bool) -> bytes:
    with COMPILING:  # a compiler keeps its last input between calls, so two threads must take turns
        typesetter: Any = compiler(system_fonts=system_fonts)
        result: bytes = typesetter.compile(
            input={"main.typ": MAIN, "cards.json": content}, format="pdf", pdf_standards=["ua-1"]
        )
    return result
