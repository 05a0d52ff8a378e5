"""`broadbill import` as people run it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import broadbill, database, environment, rows
from tests.imports.maps import ANA, EVA, MAP, RUI, a_file

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def books(django_db_setup: None) -> Iterator[str]:
    """A database with its tables made, shared by the tests of this file."""
    with database("imports_command") as name:
        made = broadbill("migrate", on=name)
        assert made.returncode == 0, made.stderr
        yield name


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    path = tmp_path / "map.toml"
    path.write_text(MAP)
    return path


def accounts(books: str) -> int:
    return int(rows(books, "SELECT count(*) FROM accounts_account")[0][0])


class TestTheCommand:
    def test_takes_a_file_once(self, books: str, tmp_path: Path, map_file: Path) -> None:
        path = a_file(tmp_path, ANA, RUI, EVA)

        tried = broadbill("import", str(path), "--map", str(map_file), "--dry-run", on=books)
        assert (tried.returncode, accounts(books)) == (0, 0)
        assert tried.stdout.splitlines()[:3] == [
            "Dry run, nothing was written. customers.csv would give:",
            "  rows                                       3",
            "  accounts                                   3",
        ]

        done = broadbill("import", str(path), "--map", str(map_file), "--json", on=books)
        assert (done.returncode, accounts(books)) == (0, 3)
        told = json.loads(done.stdout)
        assert (told["dry_run"], told["accounts"], told["agreed_prices"]) == (False, 3, {"EUR": "68.90"})

        again = broadbill("import", str(path), "--map", str(map_file), on=books)
        assert (again.returncode, again.stdout, accounts(books)) == (1, "", 3)
        assert again.stderr.splitlines() == [
            "line 2, No: '100', expected a number that is not in Broadbill already",
            "line 3, No: '101', expected a number that is not in Broadbill already",
            "line 4, No: '102', expected a number that is not in Broadbill already",
            "broadbill: 3 problems in 3 rows of customers.csv. Nothing was imported.",
        ]

    def test_shows_the_first_thousand_problems_and_writes_all(
        self, books: str, tmp_path: Path, map_file: Path
    ) -> None:
        bad = [ANA.replace("100", f"B{number}").replace("19.90", "?") for number in range(1200)]
        errors = tmp_path / "errors.csv"
        path = a_file(tmp_path, *bad)

        refused = broadbill("import", str(path), "--map", str(map_file), "--errors", str(errors), on=books)

        assert refused.returncode == 1
        told = refused.stderr.splitlines()
        assert len(told) == 1001
        assert told[-1] == (
            "broadbill: 1,200 problems in 1,200 rows of customers.csv. 200 more are not shown."
            f" All of them are in {errors}. Nothing was imported."
        )
        with errors.open(encoding="utf-8", newline="") as stream:
            written = list(csv.reader(stream))
        assert len(written) == 1201
        assert written[-1] == ["1201", "Price", "?", "a number of 0 or more, such as 1234.50"]

    def test_prints_problems_as_json(self, books: str, tmp_path: Path, map_file: Path) -> None:
        path = a_file(tmp_path, ANA.replace("100", "J1").replace("Home", "Villa"))

        refused = broadbill("import", str(path), "--map", str(map_file), "--json", on=books)

        assert refused.returncode == 1
        assert json.loads(refused.stdout) == {
            "problems": 1,
            "bad_rows": 1,
            "first": [{"line": 2, "column": "Plan", "value": "Villa", "expected": "one of Home, Office"}],
        }

    @pytest.mark.parametrize(
        ("file", "mapped", "said"),
        [
            ("nowhere.csv", MAP, "broadbill: nowhere.csv cannot be read: No such file or directory."),
            ("nowhere.csv", "[acount]", "broadbill: In the map, account is required."),
        ],
    )
    def test_says_what_is_wrong_in_one_line(
        self, books: str, tmp_path: Path, file: str, mapped: str, said: str
    ) -> None:
        (tmp_path / "map.toml").write_text(mapped)

        refused = broadbill("import", file, "--map", "map.toml", on=books, cwd=tmp_path)

        assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", f"{said}\n")


class TestAKilledImport:
    def test_leaves_nothing(self, tmp_path: Path, map_file: Path, django_db_setup: None) -> None:
        """Killed while it writes its chunks, of which it had written some."""
        path = a_file(tmp_path, *(ANA.replace("100", f"K{number}") for number in range(30_000)))
        with database("imports_killed") as name:
            assert broadbill("migrate", on=name).returncode == 0
            command = [
                sys.executable,
                "-m",
                "broadbill.cli.main",
                "import",
                str(path),
                "--map",
                str(map_file),
            ]
            process = subprocess.Popen(command, env=environment(name))
            _wait_until_accounts_are_written(name)
            os.kill(process.pid, signal.SIGKILL)
            assert process.wait(timeout=60) == -signal.SIGKILL

            left = rows(
                name, "SELECT count(*) FROM accounts_account UNION ALL SELECT count(*) FROM catalog_plan"
            )

            assert left == [(0,), (0,)]
            assert broadbill("import", str(path), "--map", str(map_file), on=name).returncode == 0
            assert accounts(name) == 30_000


def _wait_until_accounts_are_written(name: str) -> None:
    """A table's size grows before the transaction that fills it is over."""
    deadline = time.monotonic() + 120
    while rows(name, "SELECT pg_relation_size('accounts_account')") < [(2_000_000,)]:
        assert time.monotonic() < deadline, "the import wrote nothing"
        time.sleep(0.05)
