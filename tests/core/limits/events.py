"""Events."""

from __future__ import annotations

from typing import Any

from tests.core.limits.parts import (
    CREDIT,
    DAY,
    INSTANT,
    NUMBER,
    OF,
    OUTAGE,
    TEXT,
    UNKNOWN,
    percentile,
    without,
)
from tests.core.small_scenarios import FLAT, after, scenario, subscribe

REFUSED: list[tuple[Any, str]] = [
    (scenario(events=[without(subscribe(), "at")]), "events[0].at: is required"),
    (scenario(events=[without(subscribe(), "do")]), "events[0].do: is required"),
    (scenario(events=[without(subscribe(), "id")]), "events[0].id: is required"),
    (scenario(events=[without(subscribe(), "plan")]), "events[0].plan: is required"),
    (scenario(events=[subscribe(at="2026-01-01T00:00")]), f"events[0].at: {INSTANT}"),
    (scenario(events=[subscribe(recorded="x")]), f"events[0].recorded: {DAY}"),
    (scenario(events=[subscribe(ref="")]), f"events[0].ref: {TEXT}"),
    (
        scenario(events=[subscribe(term_months=1201)]),
        "events[0].term_months: must be a whole number from 0 to 1200",
    ),
    (scenario(events=[subscribe(price=[])]), "events[0].price: must be an object of charge codes and models"),
    (scenario(events=[subscribe(price={"access": []})]), "events[0].price.access: must be an object"),
    (
        scenario(events=[subscribe(price={"access": {**FLAT, "x": 1}})]),
        f"events[0].price.access.x: {UNKNOWN}",
    ),
    (
        scenario(events=[subscribe(price={"access": percentile(p="0")})]),
        "events[0].price.access.p: must be greater than 0",
    ),
    (
        scenario(events=[subscribe(price={"access": percentile()})]),
        "subscription s1: access: has an agreed price that is for usage",
    ),
    (scenario(events=[subscribe(pool="")]), f"events[0].pool: {TEXT}"),
    (
        scenario(events=[subscribe(), subscribe(ref="a", id="s2"), subscribe(ref="a", id="s3")]),
        "events[2].ref: is used by an earlier event",
    ),
    (after({"do": "change_plan", "id": "s1"}), "events[1].plan: is required"),
    (after({"do": "change_plan", "plan": "a"}), "events[1].id: is required"),
    (after({"do": "change_plan", "id": "s1", "plan": "b"}), "events[1].plan: there is no plan 'b'"),
    (
        after({"do": "change_plan", "id": "s1", "plan": "a", "when": "x"}),
        "events[1].when: must be one of now, period_end",
    ),
    (after({"do": "change_quantity", "id": "s1"}), "events[1].quantity: is required"),
    (
        after({"do": "change_quantity", "id": "s1", "quantity": "-1"}),
        "events[1].quantity: must not be negative",
    ),
    (after({"do": "change_price", "id": "s1", "charge": "access"}), "events[1].model: is required"),
    (after({"do": "change_price", "id": "s1", "model": FLAT}), "events[1].charge: is required"),
    (
        after({"do": "change_price", "id": "s1", "charge": "access", "model": {"type": "flat"}}),
        "events[1].model.amount: is required",
    ),
    (after({"do": "change_anchor", "id": "s1"}), "events[1].day: is required"),
    (
        after({"do": "change_anchor", "id": "s1", "day": 0}),
        "events[1].day: must be a whole number from 1 to 31",
    ),
    (
        after({"do": "suspend", "id": "s1", "billing": "x"}),
        "events[1].billing: must be one of pause, continue",
    ),
    (after({"do": "suspend"}), "events[1].id: is required"),
    (
        after({"do": "resume", "id": "s1", "billing": "x"}),
        "events[1].billing: must be one of pause, continue",
    ),
    (after({"do": "resume"}), "events[1].id: is required"),
    (after({"do": "cancel"}), "events[1].id: is required"),
    (after({"do": "cancel", "id": "s1", "when": "x"}), "events[1].when: must be one of now, period_end"),
    (after({"do": "cancel", "id": "s2"}), "events[1].id: there is no subscription 's2'"),
    (after({"do": "payment"}), "events[1].amount: is required"),
    (after({"do": "payment", "amount": "x"}), f"events[1].amount: {NUMBER}"),
    (after({"do": "charge"}), "events[1].amount: is required"),
    (after({"do": "charge", "amount": "1", "name": ""}), f"events[1].name: {TEXT}"),
    (after({"do": "charge", "amount": "1", "tax": ""}), f"events[1].tax: {TEXT}"),
    (after({"do": "credit"}), "events[1].amount: is required"),
    (after({"do": "credit", "amount": "0"}), "events[1].amount: must be greater than 0"),
    (after({"do": "credit", "amount": "1", "name": ""}), f"events[1].name: {TEXT}"),
    (after({"do": "credit", "amount": "1", "tax": ""}), f"events[1].tax: {TEXT}"),
    (
        after({"do": "credit", "amount": "1", "charge": "access", "period": "2026-01-01"}),
        "events[1].id: is required to credit a line: id, charge and period go together",
    ),
    (
        after({"do": "credit", "amount": "1", "id": "s1", "charge": "access"}),
        "events[1].period: is required to credit a line: id, charge and period go together",
    ),
    (
        after({"do": "credit", "amount": "1", "id": "s1", "charge": "tv", "period": "2026-01-01"}),
        "events[1].charge: there is no charge 'tv'",
    ),
    (
        after({"do": "credit", "amount": "1", "id": "s1", "charge": "access", "period": "x"}),
        f"events[1].period: {DAY}",
    ),
    (after({"do": "discount", "percent": "0"}), "events[1].percent: must be greater than 0"),
    (after({"do": "discount", "amount": "0"}), "events[1].amount: must be greater than 0"),
    (
        after({"do": "discount", "percent": "1", "amount": "1"}),
        "events[1].percent: needs either percent or amount",
    ),
    (after({"do": "discount", "percent": "1", "name": ""}), f"events[1].name: {TEXT}"),
    (after({"do": "discount", "percent": "1", "charges": [1]}), f"events[1].charges[0]: {TEXT}"),
    (
        after({"do": "discount", "percent": "1", "periods": 0}),
        "events[1].periods: must be a whole number from 1 to 1000000",
    ),
    (after({"do": "discount", "percent": "1", "until": "x"}), f"events[1].until: {DAY}"),
    (after(OUTAGE), "events[1].credit: is required"),
    (after({**OUTAGE, "credit": []}), f"{CREDIT}: must be an object"),
    (after({**OUTAGE, "credit": OF}), f"{CREDIT}.per: is required"),
    (after({**OUTAGE, "credit": {**OF, "per": "week"}}), f"{CREDIT}.per: must be one of hour, day"),
    (after({**OUTAGE, "credit": {"per": "day"}}), f"{CREDIT}.of: is required"),
    (after({**OUTAGE, "credit": {"per": "day", "of": ["access", 1]}}), f"{CREDIT}.of[1]: {TEXT}"),
    (
        after({**OUTAGE, "credit": {**OF, "per": "day", "multiple": "0"}}),
        f"{CREDIT}.multiple: must be greater than 0",
    ),
    (
        after({**OUTAGE, "credit": {**OF, "per": "day", "min_minutes": "-1"}}),
        f"{CREDIT}.min_minutes: must not be negative",
    ),
    (
        after({**OUTAGE, "credit": {**OF, "per": "day", "max_units": "-1"}}),
        f"{CREDIT}.max_units: must be a whole number from 0 to 1000000",
    ),
    (after({**OUTAGE, "credit": {**OF, "per": "day", "x": 1}}), f"{CREDIT}.x: {UNKNOWN}"),
    (after({**OUTAGE, "credit": {**OF, "steps": []}}), f"{CREDIT}.steps: needs at least one step"),
    (
        after({**OUTAGE, "credit": {**OF, "steps": [{"percent": "1"}]}}),
        f"{CREDIT}.steps[0].from_minutes: is required",
    ),
    (
        after({**OUTAGE, "credit": {**OF, "steps": [{"from_minutes": "-1", "percent": "1"}]}}),
        f"{CREDIT}.steps[0].from_minutes: must not be negative",
    ),
    (
        after({**OUTAGE, "credit": {**OF, "steps": [{"from_minutes": "0"}]}}),
        f"{CREDIT}.steps[0].percent: is required",
    ),
    (
        after({**OUTAGE, "credit": {**OF, "steps": [{"from_minutes": "0", "percent": "101"}]}}),
        f"{CREDIT}.steps[0].percent: must be at most 100",
    ),
    (
        after({**OUTAGE, "credit": {**OF, "steps": [{"from_minutes": "0", "percent": "1", "x": 1}]}}),
        f"{CREDIT}.steps[0].x: {UNKNOWN}",
    ),
    (
        after({**OUTAGE, "to": OUTAGE["from"], "credit": {**OF, "per": "day"}}),
        "events[1].to: must be after from",
    ),
    (after({"do": "void"}), "events[1].event: is required"),
    (after({"do": "void", "event": ""}), f"events[1].event: {TEXT}"),
    (after({"do": "void", "event": -1}), "events[1].event: must be a whole number from 0 to 1000000"),
    (after({"do": "void", "event": 1}), "events[1].event: must name an earlier event"),
    (after({"do": "void", "event": "nobody"}), "events[1].event: must name an earlier event"),
]
