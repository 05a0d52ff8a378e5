"""Whether a file is in the encoding the map says, and where it is not."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from broadbill.imports.domain.errors import FileRefused
from broadbill.imports.domain.problem import Problem

BLOCK_BYTES = 65_536
# Longest first: the mark of UTF-32 begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def python_encoding(encoding: str) -> str:
    """The codec that also takes the mark some programs put before UTF-8."""
    return "utf-8-sig" if _family(encoding) == "utf-8" else encoding


def expect_mark(path: Path, stream: IO[bytes], encoding: str) -> None:
    """Raises: FileRefused when the file begins with the byte order mark of another encoding."""
    start = stream.read(4)
    stream.seek(0)
    marked = next((name for mark, name in MARKS if start.startswith(mark)), None)
    if marked and not _family(encoding).startswith(marked):
        reason = f"begins with the mark of {marked}, but the map says encoding = {encoding!r} under [file]"
        raise FileRefused(file=path.name, reason=reason)


def _family(encoding: str) -> str:
    """`utf-8`, `utf-16-le`, `cp1252`: one name for each codec; the signed UTF-8 is UTF-8."""
    return codecs.lookup(encoding).name.removesuffix("-sig")


def not_in_encoding(line: int, column: str, value: str, encoding: str) -> Problem:
    return Problem(
        line,
        column,
        value,
        f"text in {encoding}; if the file is in another encoding, say so under [file] in the map",
    )


@dataclass(frozen=True, slots=True)
class BadByte:
    """Where reading ends: in this encoding it cannot be told where the next character begins."""

    line: int
    offset: int
    byte: int
    encoding: str

    def problem(self, reason: str) -> Problem:
        value = f"byte 0x{self.byte:02X} at offset {self.offset:,}"
        told = not_in_encoding(self.line, "", value, self.encoding)
        return replace(told, expected=f"{told.expected}. The file was not read further ({reason})")


def bad_byte(path: Path, encoding: str) -> BadByte:
    """Where decoding fails. Reads the file again from its beginning, in blocks."""
    decoder = codecs.getincrementaldecoder(python_encoding(encoding))()
    line, consumed, ended_in_return = 1, 0, False
    with path.open("rb") as stream:
        while True:
            block = stream.read(BLOCK_BYTES)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(error.encoding, errors="replace")
                line += _line_ends(good, after_return=ended_in_return)
                # What failed to decode ends where the block ends; it may begin in the block before.
                offset = consumed + len(block) - len(error.object) + error.start
                return BadByte(line, offset, error.object[error.start], encoding)
            line += _line_ends(text, after_return=ended_in_return)
            ended_in_return = text.endswith("\r") if text else ended_in_return
            consumed += len(block)
            if not block:
                message = f"{path} was changed while it was read"
                raise RuntimeError(message)


def _line_ends(text: str, *, after_return: bool) -> int:
    """How many lines end in the text: at LF, CR LF and a lone CR; the LF of a split CR LF was counted."""
    ends = text.count("\n") + text.count("\r") - text.count("\r\n")
    return ends - 1 if after_return and text.startswith("\n") else ends
