"""`broadbill report` as a program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.first_day import first_day
from tests.databases import broadbill, database

pytestmark = pytest.mark.slow


def test_the_first_day_s_bills_are_reported(tmp_path: Path) -> None:
    with database("broadbill_report") as name:
        first_day(name, billed=True)
        of_december = ("--from", "2026-12", "--to", "2026-12")

        listed = broadbill("report", "list", on=name)
        printed = broadbill("report", "show", "billed", "--by", "plan", *of_december, on=name)
        as_json = broadbill("report", "show", "billed", *of_december, "--json", on=name)
        written = broadbill(
            "report", "show", "billed", *of_december, "--xlsx", str(tmp_path / "billed.xlsx"), on=name
        )
        nowhere = tmp_path / "nowhere" / "billed.xlsx"
        unwritten = broadbill("report", "show", "billed", "--xlsx", str(nowhere), on=name)
        unknown = broadbill("report", "show", "moon", on=name)
        by_term = json.loads(broadbill("report", "by-term", "--period", "2026-12", "--json", on=name).stdout)

    assert "recurring         How does recurring revenue grow and shrink? (by month)" in listed.stdout
    assert printed.stdout.startswith("Billed, 2026-12-01 to 2027-01-01, EUR\nplan ")
    found = json.loads(as_json.stdout)
    assert [row["of"] for row in found["rows"]] == ["2026-12-01"]
    assert found["totals"]["billed"] == by_term["totals"]["EUR"]
    assert written.stdout == f"1 rows written to {tmp_path / 'billed.xlsx'}.\n"
    assert (tmp_path / "billed.xlsx").read_bytes().startswith(b"PK")
    assert (unwritten.returncode, unwritten.stderr) == (
        1,
        f"broadbill: Cannot write {nowhere}: No such file or directory.\n",
    )
    assert unknown.returncode == 1
    assert unknown.stderr == "broadbill: There is no report moon. See `broadbill report list`.\n"
