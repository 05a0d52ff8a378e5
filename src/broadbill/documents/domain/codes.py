"""Barcodes and QR codes as SVG text, one path each, sharp at any size."""

from __future__ import annotations

import segno
from barcode.codex import Code128

QR_LARGEST_VERSION = 13
QR_MASK = 3  # any of the eight reads back the same; trying all of them costs more than setting the whole page


def code_128(text: str) -> tuple[str, int]:
    """The bars of `text` as SVG and their width in modules, without the quiet zone.

    Raises: barcode.errors.IllegalCharacterError for text that Code 128 cannot carry (a caller's bug).
    """
    modules: str = Code128(text).build()[0]
    bars, start = [], 0
    while start < len(modules):
        end = start
        while end < len(modules) and modules[end] == modules[start]:
            end += 1
        if modules[start] == "1":
            bars.append(f"M{start} 0h{end - start}v1h-{end - start}z")
        start = end
    return svg("".join(bars), width=len(modules), height=1), len(modules)


def qr_code(payload: str) -> str:
    """The payload as a QR code with error correction M, without the quiet zone.

    Raises: segno.DataOverflowError beyond version 13 (a caller's bug; an EPC payload never is).
    """
    code = segno.make_qr(payload, error="m", mode="byte", encoding="utf-8", mask=QR_MASK, boost_error=False)
    if int(code.version) > QR_LARGEST_VERSION:
        raise segno.DataOverflowError(f"version {code.version} is beyond {QR_LARGEST_VERSION}")
    path = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                path.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
            x = end + 1
    return svg("".join(path), width=len(code.matrix), height=len(code.matrix))


def svg(path: str, *, width: int, height: int) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} preserveAspectRatio="none" '
        f'shape-rendering="crispEdges"><path d="{path}"/></svg>'
    )
