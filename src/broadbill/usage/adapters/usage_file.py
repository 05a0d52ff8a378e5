"""A file of usage records, row by row: a CSV table, or JSON with one record a line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from broadbill.usage.domain.new_record import UsageFileRefused

JSON_LINES = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, slots=True)
class Row:
    """What a line of the file says, by the keys of `usage` in the scenario contract, empty ones left out."""

    line: int
    told: dict[str, Any]


def read_rows(file: Path) -> Iterator[Row]:
    """The file's rows in order; one is held at a time. Raises: UsageFileRefused."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = _from_json(stream) if file.suffix.lower() in JSON_LINES else _from_csv(stream)
            yield from rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageFileRefused(file=file.name, problems=f"cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        raise UsageFileRefused(file=file.name, problems=f"is not JSON: {error}") from error


def _from_csv(stream: Any) -> Iterator[Row]:
    rows = csv.DictReader(stream, strict=True)
    for row in rows:
        told = {
            key.strip(): (value or "").strip()
            for key, value in row.items()
            if key and not isinstance(value, list)
        }
        if None in row:
            told["more cells than the first row"] = "yes"
        yield Row(rows.line_num, {key: value for key, value in told.items() if value})


def _from_json(stream: Any) -> Iterator[Row]:
    for line, text in enumerate(stream, start=1):
        if text.strip():
            told = json.loads(text, parse_float=Decimal)
            yield Row(line, told if isinstance(told, dict) else {"record": told})
