"""The map in the guide does to the export in the guide what the guide says."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadbill.imports.adapters.map_file import read_map
from broadbill.imports.domain.problem import Problem
from broadbill.imports.operations.import_file import ImportRequest, import_file

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "importing-customers.md"


def block(language: str) -> str:
    """The guide's first block of that language."""
    found = re.search(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


@pytest.mark.django_db
class TestTheGuide:
    def test_shows_an_export_and_a_map_that_go_together(self, tmp_path: Path) -> None:
        file, map_file = tmp_path / "customers.csv", tmp_path / "map.toml"
        file.write_bytes(block("csv").encode("windows-1252"))
        map_file.write_text(block("toml"), encoding="utf-8")
        request = ImportRequest(path=file, map=read_map(map_file), dry_run=True, actor="command:import")
        problems: list[Problem] = []

        summary = import_file(
            request=request,
            now=datetime(2026, 10, 20, tzinfo=UTC),
            report=problems.append,
            progress=lambda _read, _rows: None,
        )

        assert problems == []
        assert summary.as_json() == {
            "rows": 2,
            "skipped": 0,
            "accounts": 2,
            "closed_accounts": 0,
            "contacts": 2,
            "contracts": 0,
            "subscriptions": {"total": 2, "by_plan": {"fibre-1000": 1, "fibre-300": 1}},
            "agreed_prices": {"EUR": "34.90"},
            "opening_balances": {"total": 1, "amounts": {"EUR": "-12.50"}},
            "plans_created": ["fibre-300", "fibre-1000"],
        }
