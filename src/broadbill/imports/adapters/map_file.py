"""A map read from its TOML file, from a text, or made of the columns of a file that has our own names."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

from broadbill.imports.domain.errors import FileRefused, MapUnreadable
from broadbill.imports.domain.import_map import ImportMap, parse_map
from broadbill.imports.domain.own_columns import delimiter_of, own_map


def read_map(path: Path) -> ImportMap:
    """Raises: MapUnreadable, MapRefused."""
    try:
        return map_of_octets(path.read_bytes(), name=str(path))
    except OSError as error:
        raise MapUnreadable(file=str(path), reason=error.strerror or str(error)) from error


def map_of_octets(octets: bytes, *, name: str) -> ImportMap:
    """Raises: MapUnreadable, MapRefused."""
    try:
        # Some editors put the mark of UTF-8 before the text; TOML has no word for it.
        raw = tomllib.loads(octets.decode("utf-8-sig").replace("\r\n", "\n"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise MapUnreadable(file=name, reason="it is not in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise MapUnreadable(file=name, reason=str(error)) from error
    return parse_map(raw)


def map_of_columns(path: Path, *, today: date) -> ImportMap:
    """The map of a file whose columns have our own names. Raises: FileRefused, MapRefused."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            line = text.readline()
    except UnicodeDecodeError as error:
        raise FileRefused(file=path.name, reason="is not in UTF-8: save it as “CSV UTF-8”") from error
    delimiter = delimiter_of(line)
    names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    if not any(names):
        raise FileRefused(file=path.name, reason="is empty: its first line should name the columns")
    return parse_map(own_map(file=path.name, header=names, delimiter=delimiter, today=today))
