"""`broadbill bank` as a program: from a file to a payment, by way of the queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.first_day import first_day
from tests.databases import broadbill, database

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def books() -> Iterator[str]:
    with database("broadbill_bank") as name:
        first_day(name, billed=True)
        yield name


def test_a_sure_line_is_paid_and_an_unsure_one_waits(books: str, tmp_path: Path) -> None:
    file = tmp_path / "bookings.csv"
    file.write_text(
        "date,amount,currency,payer,iban,reference\n"
        "2026-12-09,10.00,EUR,Somebody,LU280019400644750000,2026-000001\n"
        "2026-12-09,5.00,EUR,A Stranger,,\n"
    )

    taken = broadbill("bank", "import", str(file), "--json", on=books)
    again = broadbill("bank", "import", str(file), "--json", on=books)
    queue = json.loads(broadbill("bank", "queue", "--json", on=books).stdout)
    assigned = broadbill("bank", "assign", str(queue[0]["line"]), "1001", on=books)

    assert json.loads(taken.stdout) == {"matched": 1, "queued": 1, "repeated": 0, "debits": 0, "payouts": 0}
    assert json.loads(again.stdout) == {"matched": 0, "queued": 0, "repeated": 2, "debits": 0, "payouts": 0}
    assert [(line["payer"], line["reason"]) for line in queue] == [("A Stranger", "nobody")]
    assert assigned.stdout.startswith("R-2026-000002: line ")
    assert "0 lines." in broadbill("bank", "queue", on=books).stdout


def test_a_foreign_file_is_refused_in_one_line(books: str, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear customer")

    refused = broadbill("bank", "import", str(file), on=books)

    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert refused.stderr.startswith("broadbill: letter.txt: is no bank file that is known here")
