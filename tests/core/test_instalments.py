"""What holds for every sale by instalments: they add up to the price, whenever and however the service ends."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadbill.core.rating import simulate

SOLD = date(2024, 1, 31)
PERIODS = st.sampled_from(("day", "week", "month", "quarter", {"every": 10, "unit": "day"}))
EXAMPLES = settings(deadline=None, derandomize=True)


def sale(amount: Decimal, count: int, period: Any, events: list[dict[str, Any]], **terms: Any) -> Any:
    model = {"type": "flat", "amount": str(amount)}
    charge = {"code": "router", "type": "instalments", "count": count, "period": period, "model": model}
    return {
        "currency": "EUR",
        "plans": {"a": {"charges": [{**charge, **terms}]}},
        "events": [{"do": "subscribe", "id": "s1", "plan": "a", "at": SOLD.isoformat()}, *events],
    }


def on(days: int) -> str:
    return (SOLD + timedelta(days=days)).isoformat()


def amounts(made: dict[str, Any], bill: list[str]) -> list[Decimal]:
    result = simulate({**made, "bill": sorted(bill)})
    return [Decimal(line["amount"]) for document in result["documents"] for line in document["lines"]]


@given(
    st.decimals("0.01", "99999", places=2),
    st.integers(1, 60),
    PERIODS,
    st.none() | st.tuples(st.integers(0, 800), st.integers(0, 200)),
    st.lists(st.integers(0, 9000), max_size=5),
)
@EXAMPLES
def test_instalments_add_up_to_the_whole_price(
    amount: Decimal, count: int, period: Any, cancel: tuple[int, int] | None, runs: list[int]
) -> None:
    events = []
    if cancel is not None:
        days, late = cancel
        events = [{"do": "cancel", "id": "s1", "at": on(days), "recorded": on(days + late)}]

    billed = amounts(sale(amount, count, period, events), [on(days) for days in [*runs, 9000]])

    assert sum(billed) == amount


@given(st.decimals("0.01", "99999", places=2), st.integers(1, 60))
@EXAMPLES
def test_instalments_differ_by_a_cent_at_most_and_the_larger_come_first(amount: Decimal, count: int) -> None:
    billed = amounts(sale(amount, count, "month", []), [on(9000)])

    assert billed == sorted(billed, reverse=True)
    assert billed[0] - Decimal(amount) / count < Decimal("0.01")


@pytest.mark.parametrize(
    ("terms", "total"),
    [({}, "120.00"), ({"on_cancel": "rest_due"}, "120.00"), ({"on_cancel": "stops"}, "20.00")],
)
def test_billing_daily_or_once_gives_the_same_money(terms: dict[str, Any], total: str) -> None:
    # Twelve of 10.00 from 31 January on; the second is due on 29 February, 9 March comes before the third.
    made = sale(Decimal("120.00"), 12, "month", [{"do": "cancel", "id": "s1", "at": on(38)}], **terms)

    assert sum(amounts(made, [on(days) for days in range(60)])) == Decimal(total)
    assert sum(amounts(made, [on(60)])) == Decimal(total)
