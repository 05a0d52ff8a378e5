"""`broadbill card` and `broadbill refund` as programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.databases import SOURCE, broadbill, database, run

pytestmark = pytest.mark.slow
EXAMPLE = SOURCE.parent / "examples" / "first-day"


def test_money_comes_by_card_and_goes_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BROADBILL_GATEWAYS", "sandbox")
    with database("broadbill_cards") as name:
        run(name, "migrate")
        run(name, "plan", "add", str(EXAMPLE / "plans.json"))
        run(name, "import", str(EXAMPLE / "customers.csv"), "--map", str(EXAMPLE / "customers.toml"))
        run(name, "bill", "--through", "2026-12-01")
        from_file = (EXAMPLE / "customers.csv").read_text(encoding="utf-8").splitlines()[1]
        account = from_file.split(";")[0]

        none = run(name, "card", "list", account)
        refused = broadbill("card", "charge", account, "10.00", "--card", "7", on=name)
        nothing = json.loads(run(name, "card", "autopay", "--json"))
        policy = run(name, "card", "policy", "--retry-days", "2,4")
        backwards = broadbill("card", "policy", "--retry-days", "4,2", on=name)
        run(name, "pay", account, "500.00", "--method", "cash")
        paid_back = run(
            name, "refund", "pay", account, "5.00", "--method", "cash", "--reason", "too much", "--key", "k"
        )
        again = run(
            name, "refund", "pay", account, "5.00", "--method", "cash", "--reason", "too much", "--key", "k"
        )
        too_much = broadbill(
            "refund", "pay", account, "9999.00", "--method", "cash", "--reason", "too much", on=name
        )

    assert none == f"Account {account} has no saved card.\n"
    assert (refused.returncode, "has no such saved method" in refused.stderr) == (1, True)
    assert nothing == {"succeeded": 0, "declined": 0, "under_way": 0, "refused": 0}
    assert policy == "A declined debt is tried again 2 times.\n"
    assert backwards.returncode == 2
    assert "RFD-" in paid_back
    assert again == paid_back
    assert (too_much.returncode, "that it paid and may have back" in too_much.stderr) == (1, True)
