"""A sheet made into a PDF/A-3 by typst, with its fonts embedded.

One compiler and one set of fonts live for the whole process, which is what makes a PDF cost milliseconds. The
result depends on the sheet alone: no clock, no system font (unless a character is in no font of ours), no
network.
"""

from __future__ import annotations

import json
import os
import struct
import threading
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fontpkg
import typst
from barcode.errors import BarcodeError

from broadbill.core.errors import DomainError
from broadbill.documents.domain.printed import printed
from broadbill.documents.domain.sheet import Sheet

STANDARDS = ["a-3a", "ua-1"]
LAYOUT = Path(__file__).parent.parent / "layout"
MAIN = b'#import "document.typ": document-of\n#document-of(json("sheet.json"))'
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# One page is too little work to share out over threads: a worker process per core prints a quarter more.
os.environ.setdefault("RAYON_NUM_THREADS", "1")
COMPILING = threading.Lock()


@dataclass(kw_only=True, eq=False)
class DocumentNotPrintable(DomainError):
    """A document that the layout cannot set: a character in no font, a logo that is no picture."""

    code = "documents.not_printable"
    message = "{number} cannot be printed: {reason}"
    number: str
    reason: str


@cache
def families() -> tuple[str, ...]:
    """Every installed font package but Inter: how an operator adds a script (`pip install
    fontpkg-noto-sans-thai`).
    """
    return tuple(sorted(family.name for family in fontpkg.families().values() if family.name != "Inter"))


@cache
def compiler(*, system_fonts: bool) -> typst.Compiler:
    """A compiler with its fonts loaded; the one with the system's fonts is made only when it is needed."""
    folders = {str(file.path.parent) for family in fontpkg.families().values() for file in family.files}
    fonts = typst.Fonts(include_system_fonts=system_fonts, font_paths=sorted(folders))
    return typst.Compiler(root=LAYOUT, font_paths=fonts)


@cache
def layout_fingerprint() -> bytes:
    """Changes whenever the same sheet could print differently: the layout, typst or the fonts."""
    parts = (version("typst"), version("fontpkg-inter"), families(), STANDARDS)
    return sha256((LAYOUT / "document.typ").read_bytes() + repr(parts).encode()).digest()


def content_of(sheet: Sheet) -> bytes:
    """What the layout reads, as JSON: words and figures, and the logo where there is one.

    Raises: DocumentNotPrintable for a number that Code 128 cannot carry.
    """
    logo = as_svg(sheet.seller.logo) if sheet.seller.logo else None
    try:
        said = printed(sheet) | {"families": families(), "logo": logo}
    except BarcodeError as refusal:
        reason = f"a barcode cannot carry {sheet.barcode_text!r}"
        raise DocumentNotPrintable(number=sheet.number, reason=reason) from refusal
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()


@lru_cache(maxsize=64)
def as_svg(picture: bytes) -> str:
    """The logo as SVG; a PNG is wrapped, as the layout is handed text. It refuses what is neither."""
    if not picture.startswith(PNG_SIGNATURE):
        return picture.decode(errors="replace")
    width, height = struct.unpack(">II", picture[16:24])  # the header chunk of ISO 15948 comes first
    size = f'width="{width}" height="{height}"'
    data = b64encode(picture).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}">'
        f'<image {size} href="data:image/png;base64,{data}"/></svg>'
    )


def render_pdf(sheet: Sheet) -> bytes:
    """The PDF of the sheet (PDF/A-3a and PDF/UA-1, tagged, fonts embedded). Equal sheets give equal bytes.

    Raises: DocumentNotPrintable.
    """
    return compiled(content_of(sheet), sheet)


def render_many(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """The PDFs one after the other, as each is asked for: memory stays flat whatever the number of sheets."""
    return (render_pdf(sheet) for sheet in sheets)


def compiled(content: bytes, sheet: Sheet) -> bytes:
    try:
        return set_in_type(content, sheet, system_fonts=False)
    except typst.TypstError as refusal:
        if not misses_a_glyph(refusal):
            raise DocumentNotPrintable(number=sheet.number, reason=told(refusal)) from refusal
    try:
        return set_in_type(content, sheet, system_fonts=True)
    except typst.TypstError as refusal:
        raise DocumentNotPrintable(number=sheet.number, reason=told(refusal)) from refusal


def set_in_type(content: bytes, sheet: Sheet, *, system_fonts: bool) -> bytes:
    with COMPILING:  # a compiler keeps its last input between calls, so two threads must take turns
        typesetter: Any = compiler(system_fonts=system_fonts)  # its stubs do not know files in memory
        result: bytes = typesetter.compile(
            input={"main.typ": MAIN, "sheet.json": content},  # the layout itself is read and parsed once
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=datetime.combine(sheet.issued_on, time(), tzinfo=UTC),
        )
    return result


def misses_a_glyph(refusal: typst.TypstError) -> bool:
    return "could not be displayed" in refusal.message


def told(refusal: typst.TypstError) -> str:
    return ". ".join((refusal.message.rstrip("."), *refusal.hints))
