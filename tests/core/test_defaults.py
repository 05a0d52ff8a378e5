"""What a scenario leaves out means what the contract says: writing the default changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from broadbill.core.rating import simulate
from tests.core.small_scenarios import (
    PER_GB,
    after,
    charge,
    record,
    scenario,
    subscribe,
    tax,
    used,
)

CALL = {"duration_seconds": "61", "to": "43"}
RATE = {"prefix": "43", "unit_amount": "1.20"}
SAMPLES = [{"at": f"2026-01-10T{hour:02}:00:00Z", "in": str(hour), "out": "1"} for hour in range(20)]
LINE = {"type": "percentile", "unit_amount": "5"}
PERCENT = {"type": "percentage", "rate": "10"}
CHANGED = [
    {"do": "change_quantity", "id": "s1", "quantity": "2"},
    {"do": "change_price", "id": "s1", "charge": "access", "model": {"type": "flat", "amount": "60.00"}},
    {"do": "charge", "amount": "0.125"},
    {"do": "cancel", "id": "s1", "at": "2026-02-15", "recorded": "2026-02-20"},
]
OUT = {"do": "outage", "from": "2026-01-10T00:00:00Z", "to": "2026-01-10T00:30:00Z"}


def policy(**keys: Any) -> dict[str, Any]:
    """A short first period, changes and a cancellation known late."""
    made = after(*CHANGED, policy={"anchor": {"day": 5}, **keys}, taxes=[tax(rate="19")])
    return {**made, "usage": [record()], "bill": [*made["bill"], "2026-04-01"]}


def with_fee(**keys: Any) -> dict[str, Any]:
    fee = {"code": "f", "type": "termination_fee", "fee": {"type": "remaining_periods", **keys}}
    leaves = {"do": "cancel", "id": "s1", "at": "2026-02-01"}
    return scenario(charge(), fee, events=[subscribe(term_months=12), leaves])


def calls(model: dict[str, Any], **rate: Any) -> dict[str, Any]:
    return used({"type": "rate_table", "rates": [{**RATE, **rate}], **model}, CALL)


def tiered(**keys: Any) -> dict[str, Any]:
    return used({"type": "volume", "tiers": [{"up_to": None, **keys}]}, {})


def banded(**keys: Any) -> dict[str, Any]:
    hours = {"type": "per_unit", "unit_amount": "2.00"}
    return used({"type": "time_bands", "bands": [{"model": hours, **keys}], "otherwise": PER_GB}, {})


FIXED = {"name": "F", "fixed_per_line": "1.00"}
WRITTEN_OUT = [
    (scenario(taxes=[{**FIXED, "rate": "0"}]), scenario(taxes=[FIXED])),
    (scenario(charge(quantity=1), events=[subscribe(quantity="2")]), scenario(charge(quantity="1"))),
    (policy(proration="day"), policy()),
    (policy(trial_anchor="start"), policy()),
    (policy(first_period="prorate"), policy()),
    (policy(on_cancel="prorate"), policy()),
    (policy(cancel_day="free"), policy()),
    (policy(on_change="prorate"), policy()),
    (policy(rounding="half_up"), policy()),
    (policy(tax_rounding="document"), policy()),
    (policy(corrections="inline"), policy()),
    (policy(usage_late="next_bill"), policy()),
    (scenario(policy={"anchor": {"day": 1}}), scenario()),
    (scenario(policy={"anchor": {}}), scenario()),
    (scenario(policy={}, taxes=[], account={}, usage=[], timezone="UTC"), scenario()),
    (scenario(account={"exempt": [], "reverse_charge": False, "credit_balance": "0"}), scenario()),
    (
        scenario(taxes=[tax(inclusive=False, on=[], fixed_per_line="0", tax_point="document")]),
        scenario(taxes=[tax()]),
    ),
    (scenario(taxes=[{"name": "VAT", "rate": "20"}]), scenario(taxes=[tax()])),
    (scenario(charge(timing="advance")), scenario()),
    (
        scenario(charge(quantity="subscription"), events=[subscribe(quantity="2")]),
        scenario(events=[subscribe(quantity="2")]),
    ),
    (scenario(charge(tax="standard", trial_days=0, free_periods=0, show_zero=False)), scenario()),
    (scenario(charge(price_changes=[], phases=[], indexation=None, name="Fiber")), scenario()),
    (scenario(charge(period={"every": 1, "unit": "month"})), scenario()),
    (scenario(charge(period={"every": 3, "unit": "month"})), scenario(charge(period="quarter"))),
    (scenario(charge(period={"every": 12, "unit": "month"})), scenario(charge(period="year"))),
    (scenario(charge(period={"every": 7, "unit": "day"})), scenario(charge(period="week"))),
    (
        scenario(charge(indexation={"percent": "10", "every_months": 12}), bill=["2027-02-01"]),
        scenario(charge(indexation={"percent": "10"}), bill=["2027-02-01"]),
    ),
    (with_fee(percent="100"), with_fee()),
    (
        scenario({"code": "d", "type": "deposit", "amount": "50.00", "keep": False}),
        scenario({"code": "d", "type": "deposit", "model": {"type": "flat", "amount": "50.00"}}),
    ),
    (
        scenario({"code": "c", "type": "commitment", "period": "month", "amount": "50.00"}),
        scenario(
            {
                "code": "c",
                "type": "commitment",
                "period": "month",
                "model": {"type": "flat", "amount": "50.00"},
            }
        ),
    ),
    (used({**PER_GB, "aggregate": "sum"}, {}, {"quantity": "2"}), used(PER_GB, {}, {"quantity": "2"})),
    (
        used({**PER_GB, "included": "0", "included_prorated": False, "min_prorated": False}, {}),
        used(PER_GB, {}),
    ),
    (
        used({**PER_GB, "rollover": None, "pool": None, "cap_amount": None, "min_amount": None}, {}),
        used(PER_GB, {}),
    ),
    (
        used(
            {**PER_GB, "round_quantity_to": {"to": "4", "mode": "up", "at": "period"}},
            {},
            {"quantity": "2.5"},
        ),
        used({**PER_GB, "round_quantity_to": {"to": "4"}}, {}, {"quantity": "2.5"}),
    ),
    (tiered(unit_amount="0", flat_amount="3", size=None), tiered(flat_amount="3")),
    (tiered(unit_amount="3", flat_amount="0"), tiered(unit_amount="3")),
    (
        used(
            {**PERCENT, "fixed": "0", "free_units": None, "free_amount": None, "min": None, "max": None}, {}
        ),
        used(PERCENT, {}),
    ),
    (
        used(
            {**LINE, "unit": "mbps", "direction": "max", "missing": "absent", "overage_amount": "5"}, *SAMPLES
        ),
        used(LINE, *SAMPLES),
    ),
    (used({**LINE, "p": "95", "commit": "0"}, *SAMPLES), used(LINE, *SAMPLES)),
    (
        used({**LINE, "commit": "1", "missing": "zero", "interval_seconds": 300}, *SAMPLES),
        used({**LINE, "commit": "1", "missing": "zero"}, *SAMPLES),
    ),
    (calls({"increment": {"first": 1, "next": 1}}), calls({})),
    (calls({"increment": {"first": 1, "next": 60}}), calls({"increment": {"next": 60}})),
    (calls({"increment": {"first": 60, "next": 1}}), calls({"increment": {"first": 60}})),
    (calls({}, connect="0"), calls({})),
    (
        calls({}, steps=[{"from_seconds": 0, "unit_amount": "1.20", "increment": {"first": 1, "next": 1}}]),
        calls({}, steps=[{"from_seconds": 0, "unit_amount": "1.20"}]),
    ),
    (banded(days=["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), banded()),
    (banded(**{"from": "00:00", "to": "24:00"}), banded()),
    (banded(**{"from": "12:00"}), banded(**{"from": "12:00", "to": "24:00"})),
    (banded(to="12:01"), banded(**{"from": "00:00", "to": "12:01"})),
    (scenario(events=[subscribe(quantity="1", price={}, pool=None, term_months=None)]), scenario()),
    (scenario(events=[subscribe(recorded="2026-01-01", ref=None)]), scenario()),
    (after({"do": "cancel", "id": "s1", "when": "now"}), after({"do": "cancel", "id": "s1"})),
    (after({"do": "suspend", "id": "s1", "billing": "pause"}), after({"do": "suspend", "id": "s1"})),
    (
        after(
            {"do": "suspend", "id": "s1"},
            {"do": "resume", "id": "s1", "billing": "pause", "at": "2026-01-20"},
        ),
        after({"do": "suspend", "id": "s1"}, {"do": "resume", "id": "s1", "at": "2026-01-20"}),
    ),
    (
        after(
            {"do": "suspend", "id": "s1"},
            {"do": "resume", "id": "s1", "billing": "continue", "at": "2026-01-20"},
        ),
        after({"do": "suspend", "id": "s1"}, {"do": "resume", "id": "s1", "at": "2026-01-20"}),
    ),
    (after({"do": "credit", "amount": "5", "name": "Credit"}), after({"do": "credit", "amount": "5"})),
    (
        after({"do": "charge", "amount": "5", "name": "Charge", "tax": "standard"}),
        after({"do": "charge", "amount": "5"}),
    ),
    (
        after({"do": "discount", "percent": "5", "name": "Discount"}),
        after({"do": "discount", "percent": "5"}),
    ),
    (
        after(
            {
                **OUT,
                "credit": {
                    "per": "hour",
                    "of": ["access"],
                    "multiple": "1",
                    "min_minutes": "0",
                    "max_units": None,
                },
            }
        ),
        after({**OUT, "credit": {"per": "hour", "of": ["access"]}}),
    ),
    (
        after({**OUT, "id": None, "credit": {"per": "day", "of": ["access"]}}),
        after({**OUT, "credit": {"per": "day", "of": ["access"]}}),
    ),
]


@pytest.mark.parametrize(("written", "left_out"), WRITTEN_OUT)
def test_a_default_that_is_written_out_changes_nothing(
    written: dict[str, Any], left_out: dict[str, Any]
) -> None:
    result = simulate(written)

    assert result["documents"]
    assert result == simulate(left_out)
