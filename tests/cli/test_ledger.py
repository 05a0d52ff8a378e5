"""`broadbill ledger export` as a program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import SOURCE, broadbill, database

pytestmark = pytest.mark.slow
EXAMPLE = SOURCE.parent / "examples" / "first-day"


@pytest.fixture(scope="module")
def books() -> Iterator[str]:
    with database("broadbill_ledger_export") as name:
        assert broadbill("migrate", on=name).returncode == 0
        yield name


def test_an_empty_journal_is_told_in_one_line(books: str) -> None:
    refused = broadbill("ledger", "export", on=books)

    assert refused.returncode == 1
    assert refused.stderr == "broadbill: Nothing is booked yet, so there is nothing to export.\n"


def test_the_first_day_s_journal_is_written_whole(books: str, tmp_path: Path) -> None:
    for step in (
        ("plan", "add", str(EXAMPLE / "plans.json")),
        ("import", str(EXAMPLE / "customers.csv"), "--map", str(EXAMPLE / "customers.toml")),
        ("bill", "--through", "2026-12-01"),
    ):
        assert broadbill(*step, on=books).returncode == 0

    written = broadbill("ledger", "export", "--out", str(tmp_path / "journal.csv"), on=books)
    backwards = broadbill("ledger", "export", "--from", "2026-12-31", "--to", "2026-12-01", on=books)
    nowhere = broadbill("ledger", "export", "--out", str(tmp_path / "no-folder" / "journal.csv"), on=books)

    assert written.returncode == 0, written.stderr
    rows = (tmp_path / "journal.csv").read_text().splitlines()
    assert rows[0].startswith("date,entry,kind,reference,customer")
    assert any(",invoice,2026-000001," in row for row in rows)
    assert [path.name for path in tmp_path.iterdir()] == ["journal.csv"]
    assert (backwards.returncode, backwards.stderr.count("\n")) == (2, 1)
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (1, 1)
