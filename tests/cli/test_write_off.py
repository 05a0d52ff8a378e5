"""`broadbill write-off` and `broadbill write-offs` as programs."""

from __future__ import annotations

import json

import pytest

from tests.databases import SOURCE, broadbill, database, rows, run

pytestmark = pytest.mark.slow
EXAMPLE = SOURCE.parent / "examples" / "first-day"


def test_a_debt_is_written_off_and_comes_back() -> None:
    with database("broadbill_write_off") as name:
        run(name, "migrate")
        run(name, "plan", "add", str(EXAMPLE / "plans.json"))
        run(name, "import", str(EXAMPLE / "customers.csv"), "--map", str(EXAMPLE / "customers.toml"))
        run(name, "bill", "--through", "2026-12-01")
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
        back = run(name, "write-offs", "recover", str(listed["write_off"]), "--note", "paid")
        verified = run(name, "verify")

    assert first == again
    assert (listed["invoice"], listed["amount"], listed["state"]) == (invoice, "5.00", "booked")
    assert "Write-offs: 1." in in_words
    assert (too_much.returncode, "may be written off" in too_much.stderr) == (1, True)
    assert (decided.returncode, "is booked" in decided.stderr) == (1, True)
    assert "is taken back" in back
    assert " 0 deviations" in verified
