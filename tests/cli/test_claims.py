"""`broadbill write-off`, `broadbill write-offs` and `broadbill dispute` as programs."""

from __future__ import annotations

import json

import pytest

from tests.cli.first_day import first_day
from tests.databases import broadbill, database, rows, run

pytestmark = pytest.mark.slow


def test_a_debt_is_written_off_and_comes_back_and_lines_are_disputed() -> None:
    with database("broadbill_write_off") as name:
        first_day(name, billed=True)
        [(account, invoice)] = rows(
            name,
            "SELECT account.number, document.number FROM billing_document AS document"
            " JOIN accounts_account AS account ON account.id = document.account_id ORDER BY document.id LIMIT 1",
        )
        some = ("--amount", "5.00", "--reason", "moved", "--key", "k")

        first = run(name, "write-off", account, invoice, *some)
        again = run(name, "write-off", account, invoice, *some)
        [listed] = json.loads(run(name, "write-offs", "list", "--json"))
        in_words = run(name, "write-offs", "list")
        too_much = broadbill("write-off", account, invoice, "--amount", "9999.00", "--reason", "x", on=name)
        decided = broadbill("write-offs", "approve", str(listed["write_off"]), on=name)
        run(name, "dispute", "open", account, invoice, "1", "--amount", "1.00", "--reason", "slow")
        run(name, "dispute", "open", account, invoice, "1", "--amount", "2.00", "--reason", "slower")
        first_dispute, other = json.loads(run(name, "dispute", "list", "--json"))
        disputes = run(name, "dispute", "list")
        upheld = run(name, "dispute", "uphold", str(first_dispute["dispute"]), "--note", "It was slow")
        unheard = run(name, "dispute", "refuse", str(other["dispute"]), "--note", "It was not")
        twice = broadbill("dispute", "refuse", str(other["dispute"]), "--note", "x", on=name)
        back = run(name, "write-offs", "recover", str(listed["write_off"]), "--note", "paid")
        verified = run(name, "verify")

    assert first == again
    assert (listed["invoice"], listed["amount"], listed["state"]) == (invoice, "5.00", "booked")
    assert "Write-offs: 1." in in_words
    assert (too_much.returncode, "may be written off" in too_much.stderr) == (1, True)
    assert (decided.returncode, "is booked" in decided.stderr) == (1, True)
    assert (first_dispute["invoice"], first_dispute["line"], first_dispute["reason"]) == (invoice, 1, "slow")
    assert "Disputes: 2." in disputes
    assert "is upheld" in upheld
    assert "is refused: It was not." in unheard
    assert (twice.returncode, "is refused already" in twice.stderr) == (1, True)
    assert "is taken back" in back
    assert " 0 deviations" in verified
