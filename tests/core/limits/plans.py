"""Charges: what each type may hold."""

from __future__ import annotations

from typing import Any

from tests.core.limits.parts import CHARGE, COMMITMENT, CYCLE, DAY, FEE, FLAG, MODEL, TEXT, UNKNOWN, without
from tests.core.small_scenarios import FLAT, charge, metered, scenario

REFUSED: list[tuple[Any, str]] = [
    (
        scenario({**FEE, "fee": {"type": "flat", "amount": "1"}, "price_changes": []}),
        f"{CHARGE}.price_changes: {UNKNOWN}",
    ),
    (scenario({"code": "d", "type": "one_off", "model": FLAT, "phases": []}), f"{CHARGE}.phases: {UNKNOWN}"),
    (
        scenario({"code": "d", "type": "one_off", "model": FLAT, "free_periods": 1}),
        f"{CHARGE}.free_periods: {UNKNOWN}",
    ),
    (
        scenario({"code": "d", "type": "one_off", "model": FLAT, "trial_days": 1}),
        f"{CHARGE}.trial_days: {UNKNOWN}",
    ),
    (scenario(charge(charges=["access"])), f"{CHARGE}.charges: {UNKNOWN}"),
    (scenario({**COMMITMENT, "model": FLAT}), f"{CHARGE}.amount: {UNKNOWN}"),
    (scenario(without(charge(), "code")), f"{CHARGE}.code: is required"),
    (scenario(charge(code="")), f"{CHARGE}.code: {TEXT}"),
    (
        scenario(charge(type="gift")),
        f"{CHARGE}.type: must be one of recurring, one_off, usage, deposit, commitment, termination_fee, instalments",
    ),
    (scenario(charge(name="")), f"{CHARGE}.name: {TEXT}"),
    (scenario(charge(tax="")), f"{CHARGE}.tax: {TEXT}"),
    (scenario(without(charge(), "model")), f"{MODEL}: is required"),
    (scenario(without(charge(), "period")), f"{CHARGE}.period: is required"),
    (
        scenario(charge(period="fortnight")),
        f"{CHARGE}.period: must be one of day, week, month, quarter, year",
    ),
    (scenario(charge(period=1)), f"{CHARGE}.period: {CYCLE}"),
    (scenario(charge(period={"unit": "month"})), f"{CHARGE}.period.every: is required"),
    (
        scenario(charge(period={"every": 0, "unit": "month"})),
        f"{CHARGE}.period.every: must be a whole number from 1 to 1200",
    ),
    (
        scenario(charge(period={"every": 1201, "unit": "month"})),
        f"{CHARGE}.period.every: must be a whole number from 1 to 1200",
    ),
    (scenario(charge(period={"every": 1})), f"{CHARGE}.period.unit: is required"),
    (
        scenario(charge(period={"every": 1, "unit": "hour"})),
        f"{CHARGE}.period.unit: must be one of day, week, month, quarter, year",
    ),
    (scenario(charge(period={"every": 1, "unit": "day", "x": 1})), f"{CHARGE}.period.x: {UNKNOWN}"),
    (scenario(charge(timing="later")), f"{CHARGE}.timing: must be one of advance, arrears"),
    (scenario(metered(timing="advance")), f"{CHARGE}.timing: must be one of arrears"),
    (scenario(charge(quantity="2")), f'{CHARGE}.quantity: must be "subscription" or "1"'),
    (scenario(without(metered(), "meter")), f"{CHARGE}.meter: is required"),
    (scenario(metered(meter=1)), f"{CHARGE}.meter: {TEXT}"),
    (scenario(charge(trial_days=36501)), f"{CHARGE}.trial_days: must be a whole number from 0 to 36500"),
    (scenario(charge(trial_days=-1)), f"{CHARGE}.trial_days: must be a whole number from 0 to 36500"),
    (
        scenario(charge(free_periods="0.5")),
        f"{CHARGE}.free_periods: must be a whole number from 0 to 1000000",
    ),
    (scenario(charge(show_zero=1)), f"{CHARGE}.show_zero: {FLAG}"),
    (scenario(charge(price_changes=[{"model": FLAT}])), f"{CHARGE}.price_changes[0].from: is required"),
    (
        scenario(charge(price_changes=[{"from": "x", "model": FLAT}])),
        f"{CHARGE}.price_changes[0].from: {DAY}",
    ),
    (
        scenario(charge(price_changes=[{"from": "2026-02-01"}])),
        f"{CHARGE}.price_changes[0].model: is required",
    ),
    (
        scenario(charge(price_changes=[{"from": "2026-02-01", "model": FLAT, "x": 1}])),
        f"{CHARGE}.price_changes[0].x: {UNKNOWN}",
    ),
    (
        scenario(charge(price_changes=[{"from": "2026-02-01", "model": FLAT}] * 2)),
        f"{CHARGE}.price_changes: has two prices from the same day",
    ),
    (scenario(charge(phases=[{"model": FLAT}])), f"{CHARGE}.phases[0].periods: is required"),
    (
        scenario(charge(phases=[{"periods": 0, "model": FLAT}])),
        f"{CHARGE}.phases[0].periods: must be a whole number from 1 to 1000000",
    ),
    (scenario(charge(phases=[{"periods": 1}])), f"{CHARGE}.phases[0].model: is required"),
    (scenario(charge(phases=[{"periods": 1, "model": FLAT, "x": 1}])), f"{CHARGE}.phases[0].x: {UNKNOWN}"),
    (scenario(charge(indexation=[])), f"{CHARGE}.indexation: must be an object"),
    (scenario(charge(indexation={})), f"{CHARGE}.indexation.percent: is required"),
    (
        scenario(charge(indexation={"percent": "-100"})),
        f"{CHARGE}.indexation.percent: must be greater than -100",
    ),
    (
        scenario(charge(indexation={"percent": "1", "every_months": 0})),
        f"{CHARGE}.indexation.every_months: must be a whole number from 1 to 1200",
    ),
    (
        scenario(charge(indexation={"percent": "1", "every_months": 1201})),
        f"{CHARGE}.indexation.every_months: must be a whole number from 1 to 1200",
    ),
    (scenario(charge(indexation={"percent": "1", "x": 1})), f"{CHARGE}.indexation.x: {UNKNOWN}"),
    (scenario({**COMMITMENT, "amount": "-1"}), f"{CHARGE}.amount: must not be negative"),
    (scenario({**COMMITMENT, "charges": "data"}), f"{CHARGE}.charges: must be a list"),
    (scenario({**COMMITMENT, "charges": [1]}), f"{CHARGE}.charges[0]: {TEXT}"),
    (
        scenario(charge(), {**COMMITMENT, "charges": ["access", "tv"]}),
        "plans.a.charges[1].charges[1]: there is no charge 'tv' in the plan",
    ),
    (scenario({**COMMITMENT, "timing": "advance"}), f"{CHARGE}.timing: must be one of arrears"),
    (
        scenario({"code": "d", "type": "deposit", "amount": "50", "keep": 1}),
        f"{CHARGE}.keep: {FLAG}",
    ),
    (scenario({"code": "d", "type": "deposit"}), f"{MODEL}: is required"),
    (scenario({"code": "d", "type": "one_off", "amount": "50"}), f"{MODEL}: is required"),
    (scenario(FEE), f"{CHARGE}.fee: is required"),
    (scenario({**FEE, "fee": []}), f"{CHARGE}.fee: must be an object"),
    (
        scenario({**FEE, "fee": {"type": "gift"}}),
        f"{CHARGE}.fee.type: must be one of remaining_periods, flat, declining",
    ),
    (scenario({**FEE, "fee": {"type": "flat"}}), f"{CHARGE}.fee.amount: is required"),
    (
        scenario({**FEE, "fee": {"type": "flat", "amount": "-1"}}),
        f"{CHARGE}.fee.amount: must not be negative",
    ),
    (
        scenario({**FEE, "fee": {"type": "remaining_periods", "percent": "-1"}}),
        f"{CHARGE}.fee.percent: must not be negative",
    ),
    (
        scenario({**FEE, "fee": {"type": "flat", "amount": "1", "percent": "1"}}),
        f"{CHARGE}.fee.percent: {UNKNOWN}",
    ),
    (
        scenario({**FEE, "fee": {"type": "declining", "amount": "1"}}),
        f"{CHARGE}.fee.per_month: is required",
    ),
    (
        scenario({**FEE, "fee": {"type": "declining", "amount": "1", "per_month": "-1"}}),
        f"{CHARGE}.fee.per_month: must not be negative",
    ),
    (
        scenario({**FEE, "fee": {"type": "flat", "amount": "1"}, "indexation": {}}),
        f"{CHARGE}.indexation: {UNKNOWN}",
    ),
]
