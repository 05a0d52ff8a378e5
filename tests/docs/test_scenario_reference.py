"""The reference of the scenario contract names every key that the schema has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from broadbill.cli.simulate import schema_text

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "scenario.md"


def keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from keys(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from keys(part)


def test_every_key_of_the_schema_is_explained() -> None:
    reference = REFERENCE.read_text(encoding="utf-8")
    named = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`]*`|```.*?```", reference, re.DOTALL))))

    assert sorted(set(keys(json.loads(schema_text()))) - named) == []
