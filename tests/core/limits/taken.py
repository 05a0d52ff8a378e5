"""What stands just inside the limits."""

from __future__ import annotations

from decimal import Decimal

from tests.core.limits.parts import (
    COMMITMENT,
    FEE,
    OF,
    OUTAGE,
    bands,
    percentage,
    percentile,
    rates,
    tiers,
)
from tests.core.small_scenarios import FLAT, PER_GB, after, charge, metered, scenario, subscribe, tax, used

TAKEN = [
    scenario(bill=["1900-01-01", "2026-01-01", "2026-01-01", "2199-12-31"]),
    scenario(policy={"anchor": {"day": 31, "month": 12, "weekday": 7}}),
    scenario(policy={"anchor": {"day": "1", "month": 1, "weekday": 1}}),
    scenario(account={"credit_balance": "0.05"}),
    scenario(taxes=[tax(rate="0"), tax(name="B", to="2026-01-02", **{"from": "2026-01-01"})]),
    scenario(taxes=[tax(name="A", on=["B", "C"]), tax(name="B"), tax(name="C", on=["B"])]),
    scenario(charge(period={"every": 1200, "unit": "day"}, trial_days=36500)),
    scenario(charge(indexation={"percent": "-99.99", "every_months": 1200})),
    scenario(charge(indexation={"percent": "1", "every_months": 1}, phases=[{"periods": 1, "model": FLAT}])),
    scenario({**COMMITMENT, "amount": "0", "timing": "arrears"}, metered(timing="arrears")),
    scenario({**FEE, "fee": {"type": "declining", "amount": "0", "per_month": "0"}}),
    scenario({**FEE, "fee": {"type": "remaining_periods", "percent": "0"}}),
    scenario(charge(model={"type": "flat", "amount": "9" * 30})),
    scenario(charge(model={"type": "flat", "amount": Decimal("1E+30")})),
    scenario(charge(model={"type": "flat", "amount": Decimal("1." + "1" * 29)})),
    scenario(charge(model=tiers({"up_to": "0", "flat_amount": "1"}, {"up_to": None, "size": "0.1"}))),
    scenario(metered({**PER_GB, "min_amount": "1", "cap_amount": "1", "pool": "p", "included": "0"})),
    scenario(metered({**PER_GB, "rollover": {"periods": 1, "cap": "0"}})),
    scenario(metered(percentage(min="1", max="1", free_units=0, free_amount="0", cap_amount="0"))),
    scenario(metered(percentile(p="100", commit="0", interval_seconds=1))),
    scenario(metered(rates(increment={"first": 1, "next": 1}, included="60", pool="p"))),
    scenario(
        metered(bands({"model": PER_GB, "days": ["sun"], "from": "24:00", "to": "00:00"}, included="1"))
    ),
    used(
        PER_GB,
        {"at": "1900-01-01T00:00:00Z"},
        {"at": "2199-12-31T23:59:59.5z"},
        {"at": "2026-01-10 12:00:00+01:00"},
    ),
    used(PER_GB, {"id": 0}, {"id": 10**18}, {"quantity": "0"}),
    scenario(events=[subscribe(quantity="0", term_months=1200)]),
    scenario(events=[subscribe(price={"access": FLAT})]),
    after({"do": "discount", "percent": "100", "periods": 1}),
    after({**OUTAGE, "credit": {**OF, "per": "day", "min_minutes": "0", "max_units": 0, "multiple": "0.1"}}),
    after({**OUTAGE, "credit": {**OF, "steps": [{"from_minutes": "0", "percent": "100"}]}}),
    after({"do": "void", "event": 0}),
    after({"do": "cancel", "id": "s1", "at": "2026-01-01"}),
]
