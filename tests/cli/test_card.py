"""`broadbill card` and `broadbill refund` as programs."""

from __future__ import annotations

import json

import pytest

from tests.cli.first_day import first_day
from tests.databases import broadbill, database, run

pytestmark = pytest.mark.slow


def test_money_comes_by_card_and_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADBILL_GATEWAYS", "sandbox")
    with database("broadbill_cards") as name:
        first_day(name, billed=True)

        none = run(name, "card", "list", "1001")
        refused = broadbill("card", "charge", "1001", "10.00", "--card", "7", on=name)
        nothing = json.loads(run(name, "card", "autopay", "--json"))
        policy = run(name, "card", "policy", "--retry-days", "2,4")
        backwards = broadbill("card", "policy", "--retry-days", "4,2", on=name)
        run(name, "pay", "1001", "500.00", "--method", "cash")
        in_cash = ("--method", "cash", "--reason", "too much")
        paid_back = run(name, "refund", "pay", "1001", "5.00", *in_cash, "--key", "k")
        again = run(name, "refund", "pay", "1001", "5.00", *in_cash, "--key", "k")
        too_much = broadbill("refund", "pay", "1001", "9999.00", *in_cash, on=name)

    assert none == "Account 1001 has no saved card.\n"
    assert (refused.returncode, "has no such saved method" in refused.stderr) == (1, True)
    assert nothing == {"succeeded": 0, "declined": 0, "under_way": 0, "refused": 0}
    assert policy == "A declined debt is tried again 2 times.\n"
    assert backwards.returncode == 2
    assert "RFD-" in paid_back
    assert again == paid_back
    assert (too_much.returncode, "that it paid and may have back" in too_much.stderr) == (1, True)
