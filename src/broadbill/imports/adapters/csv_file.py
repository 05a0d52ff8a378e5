"""A CSV file as a stream of rows with their lines, and of the rows that are broken. Holds one at a time."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from broadbill.imports.adapters.encoding import bad_byte, expect_mark, not_in_encoding, python_encoding
from broadbill.imports.domain.errors import FileRefused
from broadbill.imports.domain.import_map import FileShape
from broadbill.imports.domain.problem import Problem

CELL_CHARACTERS = 131_072
# A NUL, or what Python's `surrogateescape` makes of a byte that is no character in the file's encoding.
UNREADABLE = re.compile("[\0\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Row:
    """A row with as many cells as the header. `line` is the line of the file on which it begins."""

    line: int
    cells: list[str]


@dataclass(slots=True)
class CsvFile:
    """An open file behind its header. `header` has each column's place; iterating gives rows and problems."""

    path: Path
    shape: FileShape
    stream: IO[bytes]
    lines: _Lines
    width: int = 0
    header: dict[str, int] = field(default_factory=dict)

    @property
    def bytes_read(self) -> int:
        return self.stream.tell()

    def __iter__(self) -> Iterator[Row | Problem]:
        reader = csv.reader(
            self.lines, delimiter=self.shape.delimiter, quotechar=self.shape.quote, strict=True
        )
        while True:
            line = self.lines.begin_row()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Problem(line, "", self.lines.row_start, _in_words(str(error), self.lines.count, line))
                continue
            except UnicodeDecodeError as error:
                yield bad_byte(self.path, self.shape.encoding).problem(error.reason)
                return
            if len(cells) > 1 or any(cell.strip() for cell in cells):
                yield self._checked(line, cells)

    def _checked(self, line: int, cells: list[str]) -> Row | Problem:
        if self.lines.unreadable:
            return self._unreadable(line, cells)
        if len(cells) != self.width:
            return Problem(line, "", f"{len(cells)} cells", f"{self.width} cells, as the header has")
        return Row(line, cells)

    def _unreadable(self, line: int, cells: list[str]) -> Problem:
        """What to say of a row with a character that is none."""
        place, found = next(
            (i, match[0]) for i, cell in enumerate(cells) if (match := UNREADABLE.search(cell))
        )
        column = next((name for name, at in self.header.items() if at == place), "")
        if found == "\0":
            return Problem(
                line, column, "a NUL byte", "text; is the file in another encoding, such as utf-16?"
            )
        return not_in_encoding(line, column, f"byte 0x{ord(found) - 0xDC00:02X}", self.shape.encoding)

    def read_header(self) -> None:
        """Raises: FileRefused."""
        for _ in range(self.shape.header_line - 1):
            next(self.lines, None)
        reader = csv.reader(
            self.lines, delimiter=self.shape.delimiter, quotechar=self.shape.quote, strict=True
        )
        try:
            names = [name.strip() for name in next(reader, [])]
        except csv.Error as error:
            raise self._refusal(f"has a broken header: expected {_in_words(str(error), 1, 1)}") from error
        except UnicodeDecodeError as error:
            problem = bad_byte(self.path, self.shape.encoding).problem(error.reason)
            raise self._refusal(_in_one_sentence(problem)) from error
        if self.lines.unreadable:
            raise self._refusal(_in_one_sentence(self._unreadable(self.shape.header_line, names)))
        if not any(names):
            raise self._refusal(f"is empty: line {self.shape.header_line} should name the columns")
        self.width = len(names)
        for place, name in enumerate(names):
            if name and name in self.header:
                first = self.header[name] + 1
                raise self._refusal(f"names the column {name!r} twice, in places {first} and {place + 1}")
            self.header[name] = place

    def _refusal(self, reason: str) -> FileRefused:
        return FileRefused(file=self.path.name, reason=reason)


class _Lines:
    """The lines of the text, counted as an editor counts them."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.count = 0
        self.unreadable = False
        self.row_start = ""

    def begin_row(self) -> int:
        """The line on which the next row begins."""
        self.row_start = ""
        self.unreadable = False
        return self.count + 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.count += 1
        if not self.row_start:
            self.row_start = line
        if UNREADABLE.search(line):
            self.unreadable = True
        return line


@contextmanager
def open_csv(path: Path, shape: FileShape) -> Iterator[CsvFile]:
    """The file behind its header.

    Raises: FileRefused when it cannot be opened, begins with the mark of another encoding, or has no good
    header.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise FileRefused(file=str(path), reason=f"cannot be read: {error.strerror}") from error
    with stream:
        expect_mark(path, stream, shape.encoding)
        # An editor ends a line at \n, \r\n and a lone \r, and so does this; cells keep their own line breaks.
        encoding = python_encoding(shape.encoding)
        text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")
        csv.field_size_limit(CELL_CHARACTERS)
        opened = CsvFile(path, shape, stream, _Lines(text))
        opened.read_header()
        yield opened


def _in_one_sentence(problem: Problem) -> str:
    return f"has {problem.value} in line {problem.line}: expected {problem.expected}"


def _in_words(error: str, last_line: int, first_line: int) -> str:
    """What csv expected, from its message."""
    if "unexpected end of data" in error:
        return "a closing quote: a quote opened in this row is never closed"
    if "field larger" in error:
        return f"a cell of at most {CELL_CHARACTERS:,} characters; is a quote left open?"
    ends = f" (the row reaches line {last_line}: is a quote left open?)" if last_line > first_line else ""
    return f"a delimiter after a closing quote; a quote inside a cell is written twice{ends}"
