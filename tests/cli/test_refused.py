"""What cannot be billed is refused in one clear line that names the place, exit code 2, and nothing is half done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Terminal
from tests.cli.test_simulate import simulate

TIERS_OUT_OF_ORDER = {
    "type": "graduated",
    "tiers": [
        {"up_to": "100", "unit_amount": "0.10"},
        {"up_to": "50", "unit_amount": "0.05"},
        {"up_to": None, "unit_amount": "0.01"},
    ],
}
CIRCLE = [
    {"name": "A", "category": "standard", "rate": "5", "on": ["B"]},
    {"name": "B", "category": "standard", "rate": "10", "on": ["A"]},
]


def metered(model: dict[str, Any]) -> dict[str, Any]:
    charge = {"code": "data", "type": "usage", "meter": "gb", "period": "month", "model": model}
    return {"plans": {"a": {"charges": [charge]}}}


def scenario(**parts: Any) -> dict[str, Any]:
    return {
        "currency": "EUR",
        **metered({"type": "per_unit", "unit_amount": "1.00"}),
        "events": [{"do": "subscribe", "id": "s1", "plan": "a", "at": "2026-01-01"}],
        "bill": ["2026-02-01"],
        **parts,
    }


def record(**keys: Any) -> dict[str, Any]:
    return {"subscription": "s1", "meter": "gb", "at": "2026-01-05T10:00:00Z", **keys}


DISCOUNT = {"do": "discount", "at": "2026-01-01", "name": "Too kind", "percent": "101"}
SUBSCRIBED = scenario()["events"]

REFUSED = {
    "tiers out of order": (
        scenario(**metered(TIERS_OUT_OF_ORDER)),
        "plans.a.charges[0].model.tiers[1].up_to: must be greater than the tier before",
    ),
    "a negative quantity": (
        scenario(usage=[record(quantity="-1")]),
        "usage[0].quantity: must not be negative",
    ),
    "a currency that does not exist": (
        scenario(currency="EUX"),
        "currency: 'EUX' is not an ISO 4217 currency code",
    ),
    "a discount over 100 %": (
        scenario(events=[*SUBSCRIBED, DISCOUNT]),
        "events[1].percent: must be at most 100",
    ),
    "a circle of taxes on taxes": (
        scenario(taxes=CIRCLE),
        "taxes[0].on: taxes on taxes must not run in a circle",
    ),
    "a percentile over 100": (
        scenario(**metered({"type": "percentile", "p": "101", "commit": "10", "unit_amount": "5.00"})),
        "plans.a.charges[0].model.p: must be at most 100",
    ),
}


@pytest.mark.parametrize(("refused", "line"), REFUSED.values(), ids=REFUSED)
def test_a_scenario_that_cannot_be_billed_is_refused_in_one_line(refused: dict[str, Any], line: str) -> None:
    answer = simulate("-", text=json.dumps(refused))

    assert (answer.returncode, answer.stdout, answer.stderr) == (2, "", f"{line}\n")


def test_a_negative_quantity_that_is_allowed_corrects_a_meter() -> None:
    usage = [record(quantity="5"), record(quantity="-1", allow_negative=True)]

    answer = simulate("-", text=json.dumps(scenario(usage=usage)))

    assert json.loads(answer.stdout)["balance"] == "4.00"


def test_a_percentile_without_samples_bills_the_commit_and_says_so() -> None:
    """10 Mbps committed at 5.00."""
    burst = metered({"type": "percentile", "commit": "10", "unit_amount": "5.00"})

    answer = simulate("-", text=json.dumps(scenario(**burst)))

    assert answer.returncode == 0
    [line] = json.loads(answer.stdout)["documents"][0]["lines"]
    assert line["amount"] == "50.00"
    assert line["because"][0] == "no samples: the commit is billed"


def test_a_file_of_plans_is_added_whole_or_not_at_all(settled_terminal: Terminal, tmp_path: Path) -> None:
    good = {
        "charges": [
            {"code": "x", "type": "recurring", "period": "month", "model": {"type": "flat", "amount": "1"}}
        ]
    }
    bad = metered(TIERS_OUT_OF_ORDER)["plans"]["a"]
    file = tmp_path / "plans.json"
    file.write_text(json.dumps({"good": good, "bad": bad}), encoding="utf-8")

    answer = settled_terminal.run("plan", "add", str(file))

    reason = "plans.bad.charges[0].model.tiers[1].up_to: must be greater than the tier before"
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == f"broadbill: {file}: {reason}.\n"
    assert json.loads(settled_terminal.run("plan", "list", "--json").stdout) == []
