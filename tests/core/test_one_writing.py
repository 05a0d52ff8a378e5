"""A number is told one way, however it was written and whatever was rated before it."""

from __future__ import annotations

from typing import Any

import pytest

from broadbill.core.rating import simulate


def line_of(quantity: str, amount: str) -> dict[str, Any]:
    charge = {
        "code": "x",
        "type": "recurring",
        "period": "month",
        "model": {"type": "flat", "amount": amount},
    }
    bought = {"do": "subscribe", "id": "s", "plan": "a", "at": "2026-01-16", "quantity": quantity}
    scenario = {
        "currency": "EUR",
        "plans": {"a": {"charges": [charge]}},
        "events": [bought],
        "bill": ["2026-01-16"],
    }
    found: dict[str, Any] = simulate(scenario)["documents"][0]["lines"][0]
    return found


@pytest.mark.parametrize(
    ("quantity", "amount"), [("2", "30"), ("2.0", "30.0"), ("2.00", "30.000"), ("+2", "030.00")]
)
def test_a_number_written_otherwise_is_told_the_same(quantity: str, amount: str) -> None:
    line = line_of(quantity, amount)

    # 2 × 30.00 × 16 ÷ 31 = 30.967…
    assert (line["quantity"], line["unit_amount"], line["amount"]) == ("2", "30.00", "30.97")
    assert line["because"][-1] == "2 × 30.00 × 16 ÷ 31 = 30.97"


def test_nothing_is_nothing_without_a_sign() -> None:
    assert line_of("1", "30.00")["amount"] == "15.48"
    assert line_of("1.50", "30.00")["quantity"] == "1.5"
