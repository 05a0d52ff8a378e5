"""Usage prices and usage records."""

from __future__ import annotations

from typing import Any

from tests.core.limits.parts import (
    DAY,
    FLAG,
    INSTANT,
    MODEL,
    NUMBER,
    TEXT,
    UNKNOWN,
    bands,
    percentage,
    percentile,
    rates,
    steps,
    without,
)
from tests.core.small_scenarios import PER_GB, metered, record, scenario, used

REFUSED: list[tuple[Any, str]] = [
    (
        scenario(metered({**PER_GB, "aggregate": "min"})),
        f"{MODEL}.aggregate: must be one of sum, max, time_weighted",
    ),
    (scenario(metered({**PER_GB, "included": "-1"})), f"{MODEL}.included: must not be negative"),
    (scenario(metered({**PER_GB, "included_prorated": 1})), f"{MODEL}.included_prorated: {FLAG}"),
    (scenario(metered({**PER_GB, "min_prorated": 1})), f"{MODEL}.min_prorated: {FLAG}"),
    (scenario(metered({**PER_GB, "pool": 1})), f"{MODEL}.pool: {TEXT}"),
    (scenario(metered({**PER_GB, "rollover": 1})), f"{MODEL}.rollover: must be an object"),
    (scenario(metered({**PER_GB, "rollover": {}})), f"{MODEL}.rollover.periods: is required"),
    (
        scenario(metered({**PER_GB, "rollover": {"periods": 0}})),
        f"{MODEL}.rollover.periods: must be a whole number from 1 to 1000000",
    ),
    (
        scenario(metered({**PER_GB, "rollover": {"periods": 1, "cap": "-1"}})),
        f"{MODEL}.rollover.cap: must not be negative",
    ),
    (scenario(metered({**PER_GB, "rollover": {"periods": 1, "x": 1}})), f"{MODEL}.rollover.x: {UNKNOWN}"),
    (scenario(metered({**PER_GB, "cap_amount": "-1"})), f"{MODEL}.cap_amount: must not be negative"),
    (scenario(metered({**PER_GB, "min_amount": "-1"})), f"{MODEL}.min_amount: must not be negative"),
    (
        scenario(metered({**PER_GB, "min_amount": "2", "cap_amount": "1"})),
        f"{MODEL}.cap_amount: must not be less than min_amount",
    ),
    (
        scenario(metered({**PER_GB, "pool": "p", "aggregate": "max"})),
        f"{MODEL}.pool: needs the aggregate sum",
    ),
    (scenario(metered({**PER_GB, "round_quantity_to": 1})), f"{MODEL}.round_quantity_to: must be an object"),
    (scenario(metered({**PER_GB, "round_quantity_to": {}})), f"{MODEL}.round_quantity_to.to: is required"),
    (
        scenario(metered({**PER_GB, "round_quantity_to": {"to": "0"}})),
        f"{MODEL}.round_quantity_to.to: must be greater than 0",
    ),
    (
        scenario(metered({**PER_GB, "round_quantity_to": {"to": "1", "mode": "x"}})),
        f"{MODEL}.round_quantity_to.mode: must be one of up, down, half_up, half_even",
    ),
    (
        scenario(metered({**PER_GB, "round_quantity_to": {"to": "1", "at": "x"}})),
        f"{MODEL}.round_quantity_to.at: must be one of record, period",
    ),
    (
        scenario(metered({**PER_GB, "round_quantity_to": {"to": "1", "x": "x"}})),
        f"{MODEL}.round_quantity_to.x: {UNKNOWN}",
    ),
    (scenario(metered(percentage(rate="x"))), f"{MODEL}.rate: {NUMBER}"),
    (scenario(metered(without(percentage(), "rate"))), f"{MODEL}.rate: is required"),
    (scenario(metered(percentage(fixed="x"))), f"{MODEL}.fixed: {NUMBER}"),
    (
        scenario(metered(percentage(free_units="0.5"))),
        f"{MODEL}.free_units: must be a whole number from 0 to 1000000",
    ),
    (scenario(metered(percentage(free_amount="-1"))), f"{MODEL}.free_amount: must not be negative"),
    (scenario(metered(percentage(min="x"))), f"{MODEL}.min: {NUMBER}"),
    (scenario(metered(percentage(max="x"))), f"{MODEL}.max: {NUMBER}"),
    (scenario(metered(percentage(min="2", max="1"))), f"{MODEL}.max: must not be less than min"),
    (scenario(metered(percentage(included="1"))), f"{MODEL}.included: does not go with percentage"),
    (
        scenario(metered(percentage(rollover={"periods": 1}))),
        f"{MODEL}.included: does not go with percentage",
    ),
    (scenario(metered(percentage(pool="p"))), f"{MODEL}.included: does not go with percentage"),
    (
        scenario(metered(percentage(aggregate="max"))),
        f"{MODEL}.aggregate: percentage rates each record: only sum is possible",
    ),
    (
        scenario(metered(percentage(round_quantity_to={"to": "1"}))),
        f"{MODEL}.round_quantity_to: does not go with percentage",
    ),
    (scenario(metered(percentile(p="0"))), f"{MODEL}.p: must be greater than 0"),
    (scenario(metered(percentile(p="100.1"))), f"{MODEL}.p: must be at most 100"),
    (scenario(metered(percentile(commit="-1"))), f"{MODEL}.commit: must not be negative"),
    (scenario(metered(percentile(unit_amount="x"))), f"{MODEL}.unit_amount: {NUMBER}"),
    (scenario(metered(without(percentile(), "unit_amount"))), f"{MODEL}.unit_amount: is required"),
    (scenario(metered(percentile(overage_amount="x"))), f"{MODEL}.overage_amount: {NUMBER}"),
    (
        scenario(metered(percentile(interval_seconds=0))),
        f"{MODEL}.interval_seconds: must be a whole number from 1 to 1000000",
    ),
    (scenario(metered(percentile(direction="up"))), f"{MODEL}.direction: must be one of max, in, out, sum"),
    (scenario(metered(percentile(unit="gb"))), f"{MODEL}.unit: must be one of mbps, octets"),
    (scenario(metered(percentile(missing="one"))), f"{MODEL}.missing: must be one of absent, zero"),
    (scenario(metered(percentile(included="1"))), f"{MODEL}.included: does not go with percentile"),
    (scenario(metered(without(rates(), "rates"))), f"{MODEL}.rates: is required"),
    (scenario(metered(rates(1))), f"{MODEL}.rates[0]: must be an object"),  # type: ignore[arg-type]
    (scenario(metered(rates({}))), f"{MODEL}.rates[0].prefix: is required"),
    (scenario(metered(rates({"prefix": 43}))), f"{MODEL}.rates[0].prefix: must be a text of leading digits"),
    (scenario(metered(rates({"prefix": "43"}))), f"{MODEL}.rates[0].unit_amount: is required"),
    (scenario(metered(rates({"prefix": "43", "connect": "x"}))), f"{MODEL}.rates[0].connect: {NUMBER}"),
    (
        scenario(metered(rates({"prefix": "43", "unit_amount": "x"}))),
        f"{MODEL}.rates[0].unit_amount: {NUMBER}",
    ),
    (
        scenario(metered(rates({"prefix": "43", "unit_amount": "1", "x": 1}))),
        f"{MODEL}.rates[0].x: {UNKNOWN}",
    ),
    (scenario(metered(steps("1"))), f"{MODEL}.rates[0].steps[0].from_seconds: must be 0"),
    (
        scenario(metered(steps("0", "60", "60"))),
        f"{MODEL}.rates[0].steps[2].from_seconds: must be greater than the step before",
    ),
    (scenario(metered(steps("-1"))), f"{MODEL}.rates[0].steps[0].from_seconds: must not be negative"),
    (
        scenario(metered(rates({"prefix": "43", "steps": [{"from_seconds": 0}]}))),
        f"{MODEL}.rates[0].steps[0].unit_amount: is required",
    ),
    (
        scenario(
            metered(rates({"prefix": "43", "steps": [{"from_seconds": 0, "unit_amount": "1", "x": 1}]}))
        ),
        f"{MODEL}.rates[0].steps[0].x: {UNKNOWN}",
    ),
    (
        scenario(metered(rates(increment={"first": 0}))),
        f"{MODEL}.increment.first: must be a whole number from 1 to 1000000",
    ),
    (
        scenario(metered(rates(increment={"next": 0}))),
        f"{MODEL}.increment.next: must be a whole number from 1 to 1000000",
    ),
    (scenario(metered(rates(increment={"x": 0}))), f"{MODEL}.increment.x: {UNKNOWN}"),
    (scenario(metered(rates(increment=60))), f"{MODEL}.increment: must be an object"),
    (scenario(metered(without(bands(), "otherwise"))), f"{MODEL}.otherwise: is required"),
    (scenario(metered(bands(split=1))), f"{MODEL}.split: {FLAG}"),
    (scenario(metered(bands({}))), f"{MODEL}.bands[0].model: is required"),
    (scenario(metered(bands(1))), f"{MODEL}.bands[0]: must be an object"),  # type: ignore[arg-type]
    (scenario(metered(bands({"model": PER_GB, "x": 1}))), f"{MODEL}.bands[0].x: {UNKNOWN}"),
    (
        scenario(metered(bands({"model": PER_GB, "days": []}))),
        f"{MODEL}.bands[0].days: needs at least one day",
    ),
    (
        scenario(metered(bands({"model": PER_GB, "days": ["monday"]}))),
        f"{MODEL}.bands[0].days[0]: must be one of mon, tue, wed, thu, fri, sat, sun",
    ),
    (
        scenario(metered(bands({"model": PER_GB, "from": "8:00"}))),
        f'{MODEL}.bands[0].from: must be a time such as "08:30"',
    ),
    (
        scenario(metered(bands({"model": PER_GB, "to": 8}))),
        f'{MODEL}.bands[0].to: must be a time such as "08:30"',
    ),
    (
        scenario(metered(bands({"model": {**PER_GB, "pool": "p"}}))),
        f"{MODEL}.bands[0].model.pool: does not go into a time band: set it beside the bands",
    ),
    (
        scenario(metered(bands({"model": {**PER_GB, "rollover": {"periods": 1}}}))),
        f"{MODEL}.bands[0].model.rollover: does not go into a time band: set it beside the bands",
    ),
    (
        scenario(metered(bands({"model": {**PER_GB, "aggregate": "max"}}))),
        f"{MODEL}.bands[0].model.aggregate: must be sum in a time band",
    ),
    (
        scenario(metered(bands({"model": bands()}))),
        f"{MODEL}.bands[0].model.type: time bands do not go into a time band",
    ),
    (
        scenario(metered(bands(round_quantity_to={"to": "1"}))),
        f"{MODEL}.round_quantity_to: goes into the bands' own models",
    ),
    (
        scenario(metered(bands(aggregate="max"))),
        f"{MODEL}.aggregate: time_bands rates each record: only sum is possible",
    ),
    # Usage records.
    (used(PER_GB, {"subscription": ""}), f"usage[0].subscription: {TEXT}"),
    (used(PER_GB, {"meter": ""}), f"usage[0].meter: {TEXT}"),
    (used(PER_GB, {"at": "2026-01-10"}), f"usage[0].at: {INSTANT}"),
    (used(PER_GB, {"at": "1899-12-31T23:59:59Z"}), f"usage[0].at: {INSTANT}"),
    (used(PER_GB, {"at": "2200-01-01T00:00:00Z"}), f"usage[0].at: {INSTANT}"),
    (used(PER_GB, {"at": "2026-02-30T00:00:00Z"}), f"usage[0].at: {INSTANT}"),
    (used(PER_GB, {"at": 1}), f"usage[0].at: {INSTANT}"),
    (used(PER_GB, {}, {"recorded": "x"}), f"usage[1].recorded: {DAY}"),
    (used(PER_GB, {"recorded": "2026-01-10T12:00"}), f"usage[0].recorded: {INSTANT}"),
    (used(PER_GB, {"id": ""}), f"usage[0].id: {TEXT}"),
    (used(PER_GB, {"id": -1}), "usage[0].id: must be a whole number from 0 to 1000000000000000000"),
    (used(PER_GB, {"id": 10**18 + 1}), "usage[0].id: must be a whole number from 0 to 1000000000000000000"),
    (used(PER_GB, {"duration_seconds": "-1"}), "usage[0].duration_seconds: must not be negative"),
    (used(PER_GB, {"to": 43}), f"usage[0].to: {TEXT}"),
    (used(PER_GB, {"in": "-1"}), "usage[0].in: must not be negative"),
    (used(PER_GB, {"out": "-1"}), "usage[0].out: must not be negative"),
    (used(PER_GB, {"value": "-1"}), "usage[0].value: must not be negative"),
    (used(PER_GB, {"colour": "-1"}), f"usage[0].colour: {UNKNOWN}"),
    (scenario(usage=[1]), "usage[0]: must be an object"),
    (scenario(usage=[without(record(), "quantity")]), "usage[0].quantity: is required"),
    (scenario(usage=[without(record(), "subscription")]), "usage[0].subscription: is required"),
    (scenario(usage=[without(record(), "meter")]), "usage[0].meter: is required"),
    (scenario(usage=[without(record(), "at")]), "usage[0].at: is required"),
]
