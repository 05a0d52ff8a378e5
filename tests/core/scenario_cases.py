"""The shared table of scenario cases: read from `tests/scenarios`, compared part by part.

A case is `{"name", "arithmetic", "scenario", "expect"}` or, for refused input, `{"name", "scenario", "error"}`.
`expect` names only what the case is about; its lists of documents, lines and taxes are complete when given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "scenarios"


def cases(pattern: str = "**/*.json") -> list[tuple[str, dict[str, Any]]]:
    """Every case with a name that is unique in the whole table."""
    found = []
    for path in sorted(FOLDER.glob(pattern)):
        table = path.relative_to(FOLDER).with_suffix("")
        read = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        found.extend((f"{table}: {case['name']}", case) for case in read)
    return found


def differences(expected: Any, found: Any, path: str = "") -> list[str]:
    """How what was found differs from what is expected, place by place."""
    if isinstance(expected, Mapping):
        if not isinstance(found, Mapping):
            return [f"{path}: expected an object, found {found!r}"]
        return [
            line
            for key, value in expected.items()
            for line in differences(value, found.get(key), f"{path}.{key}")
        ]
    if isinstance(expected, Sequence) and not isinstance(expected, str):
        if not isinstance(found, Sequence) or len(found) != len(expected):
            return [f"{path}: expected {len(expected)} items, found {_short(found)}"]
        return [
            line
            for i, (value, other) in enumerate(zip(expected, found, strict=True))
            for line in differences(value, other, f"{path}[{i}]")
        ]
    return [] if expected == found else [f"{path}: expected {expected!r}, found {found!r}"]


def _short(found: Any) -> str:
    """Documents and lines as their dates and amounts; anything else as it is."""
    if not isinstance(found, Sequence) or isinstance(found, str):
        return repr(found)
    keys = ("date", "total", "charge", "kind", "from", "to", "amount")
    return repr(
        [[item[key] for key in keys if key in item] if isinstance(item, Mapping) else item for item in found]
    )
