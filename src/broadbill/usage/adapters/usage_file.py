"""A file of usage, row by row, one held at a time: a CSV table, JSON with one record a line, or IPDR/XML."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from broadbill.usage.domain.drafts import Row
from broadbill.usage.domain.errors import UsageFileRefused
from broadbill.usage.domain.file_map import FileShape

JSON_LINES = (".jsonl", ".ndjson", ".json")
BLOCK_BYTES = 1 << 20


class Unreadable(NamedTuple):
    """A row that has another shape than its file."""

    line: int
    reason: str


def digest_of(file: Path) -> str:
    """By which the same file is known again. Raises: UsageFileRefused."""
    try:
        with file.open("rb") as stream:
            found = hashlib.sha256()
            while block := stream.read(BLOCK_BYTES):
                found.update(block)
    except OSError as error:
        raise UsageFileRefused(file=file.name, problems=f"cannot be read: {error.strerror}") from error
    return found.hexdigest()


def own_shape(file: Path) -> FileShape:
    """The shape of a file whose columns are the keys of a record: by its name."""
    return FileShape(kind="json" if file.suffix.lower() in JSON_LINES else "csv")


def read_rows(file: Path, shape: FileShape) -> Iterator[Row | Unreadable]:
    """The file's rows in order. Raises: UsageFileRefused."""
    try:
        if shape.kind == "ipdr":
            with file.open("rb") as stream:
                yield from _from_ipdr(stream)
        else:
            encoding = "utf-8-sig" if shape.encoding.lower() in {"utf-8", "utf8"} else shape.encoding
            with file.open(encoding=encoding, newline="") as text:
                yield from _from_json(text) if shape.kind == "json" else _from_csv(text, shape)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageFileRefused(file=file.name, problems=f"cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        raise UsageFileRefused(file=file.name, problems=f"is not JSON: {error}") from error
    except (ParseError, DefusedXmlException) as error:
        raise UsageFileRefused(file=file.name, problems=f"is no XML that may be read: {error}") from error


def _from_csv(text: Iterable[str], shape: FileShape) -> Iterator[Row | Unreadable]:
    names = shape.columns
    block = -1 if shape.header_starts else 0
    rows = csv.reader(text, delimiter=shape.delimiter, strict=True)
    for cells in rows:
        if not any(cells):
            continue
        line, start = rows.line_num, shape.delimiter.join(cells)
        if shape.ends_at and start.startswith(shape.ends_at):
            return
        if shape.header_starts and start.startswith(shape.header_starts):
            names, block = tuple(cell.strip() for cell in cells), block + 1
        elif not shape.header_starts and not names:
            names = tuple(cell.strip() for cell in cells)
        elif block >= 0:
            yield _row(line, cells, names, shape, block)


def _row(
    line: int, cells: list[str], names: tuple[str, ...], shape: FileShape, block: int
) -> Row | Unreadable:
    if len(cells) > len(names):
        return Unreadable(line, f"more cells than the {len(names)} columns")
    if len(cells) < len(names) - shape.optional and (shape.columns or shape.header_starts):
        return Unreadable(line, f"{len(cells)} cells, not {len(names)}")
    told = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
    return Row(line, {name: cell for name, cell in told.items() if cell}, block)


def _from_json(text: Iterable[str]) -> Iterator[Row]:
    for line, record in enumerate(text, start=1):
        if record.strip():
            told = json.loads(record, parse_float=Decimal)
            yield Row(line, told if isinstance(told, dict) else {"record": told})


def _from_ipdr(stream: IO[bytes]) -> Iterator[Row | Unreadable]:
    """The records of an IPDRDoc; a row's line is its place in the document. Entities and DTDs are refused."""
    place, root = 0, None
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        name = _local(element.tag)
        if root is None:
            root = element
            if name != "IPDRDoc":
                yield Unreadable(1, f"the document is {name}, not IPDRDoc")
                return
        elif event == "end" and name == "IPDR":
            place += 1
            told = {_local(child.tag): (child.text or "").strip() for child in element}
            yield Row(place, {key: value for key, value in told.items() if value})
            # What was read is let go of: documents are larger than memory.
            root.clear()
        elif event == "end" and name == "IPDRDoc.End":
            count = element.get("count")
            if count is not None and count.strip() != str(place):
                yield Unreadable(place, f"the document says it has {count} records, and has {place}")


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2].rpartition(":")[2]
