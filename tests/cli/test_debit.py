"""`broadbill debit` as a program: from the mandate to the bank's file, and the same file again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadbill.payments.domain.schemes import SEPA, next_banking_day
from tests.cli.first_day import first_day
from tests.databases import broadbill, database, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def books() -> Iterator[str]:
    with database("broadbill_debit") as name:
        first_day(name)
        bank = ("iban=LU280019400644750000", "creditor_id=DE98ZZZ09999999999")
        run(name, "provider", "set", "name=Harbour Net", *bank)
        yield name


def test_a_mandate_is_recorded_listed_and_cancelled(books: str) -> None:
    said = ("--iban", "DE02120300000000202051", "--holder", "Kate Nwosu", "--signed", "2026-01-03")

    signed = broadbill("debit", "mandate", "1001", "--reference", "1001/1", *said, on=books)
    again = broadbill("debit", "mandate", "1001", "--reference", "1001/1", *said, on=books)
    cancelled = broadbill("debit", "cancel", "1001", "--reason", "moved away", on=books)
    listed = broadbill("debit", "mandates", "1001", on=books)

    assert signed.stdout.startswith("1001/1: ")
    assert signed.stdout.endswith("lets us collect from the account ending in 2051.\n")
    assert (again.returncode, again.stderr) == (
        1,
        "broadbill: The mandate was not recorded: there is a mandate 1001/1 already.\n",
    )
    assert cancelled.stdout == "1001/1 is cancelled: moved away.\n"
    assert "cancelled: moved away" in listed.stdout
    assert "DE021203" not in signed.stdout + listed.stdout


def test_an_authorisation_of_ach_in_euros_and_a_foreign_report_are_refused(
    books: str, tmp_path: Path
) -> None:
    said = ("--holder", "Kate Nwosu", "--signed", "2026-01-03", "--reference", "1001/9")
    (tmp_path / "other.ach").write_text("not a file of a bank")

    nothing = broadbill("debit", "mandate", "1001", *said, on=books)
    euros = broadbill("debit", "mandate", "1001", *said, "--routing", "021000021", "--number", "12", on=books)
    foreign = broadbill("debit", "report", str(tmp_path / "other.ach"), on=books)

    assert (nothing.returncode, "say --iban, or --routing and --number" in nothing.stderr) == (2, True)
    assert (euros.returncode, "ACH collects USD" in euros.stderr) == (1, True)
    assert foreign.stderr == (
        "broadbill: other.ach: is no report of collections: neither pain.002 nor a NACHA file of returns and changes."
        " Nothing of it was taken in.\n"
    )


def test_how_returns_go_on_is_said_once_and_held_to_the_rules(books: str) -> None:
    said = broadbill("debit", "policy", "--retry-days", "5", "--fee", "4.50", on=books)
    wrong = broadbill("debit", "policy", "--retry", "AC04", on=books)
    word = broadbill("debit", "policy", "--fee", "theirs", on=books)

    assert said.stdout == "What comes back is asked for again 1 times at most; the bank's fee is 4.50.\n"
    assert (wrong.returncode, "after AC04" in wrong.stderr) == (2, True)
    assert (word.returncode, "ours, taken, or an amount" in word.stderr) == (2, True)


def test_nothing_due_makes_no_file(books: str, tmp_path: Path) -> None:
    day = next_banking_day(SEPA, datetime.now(tz=UTC).date() + timedelta(days=20)).isoformat()

    planned = broadbill("debit", "prepare", "--on", day, "--json", on=books)
    filed = broadbill("debit", "file", "--on", day, "--folder", str(tmp_path), on=books)
    nowhere = broadbill("debit", "file", "--on", day, "--folder", str(tmp_path / "nowhere"), on=books)
    again = broadbill("debit", "again", "BB-NONE", on=books)
    listed = broadbill("debit", "list", on=books)

    assert json.loads(planned.stdout) == {"debits": 0, "total": "0.00", "passed_over": {}, "on_paper": []}
    assert (filed.returncode, filed.stderr.partition(";")[0]) == (
        1,
        f"broadbill: Nothing was asked for: nothing is planned for {day}",
    )
    assert (nowhere.returncode, "'--folder'" in nowhere.stderr) == (2, True)
    assert again.stderr.startswith("broadbill: Nothing was asked for: there is no file BB-NONE")
    assert listed.stdout == "0 files.\n"
