"""Numbers, and the pricing models of any charge."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.core.limits.parts import MODEL, NUMBER, UNKNOWN, tiers
from tests.core.small_scenarios import FLAT, charge, scenario

REFUSED: list[tuple[Any, str]] = [
    (scenario(charge(model={"type": "flat", "amount": True})), f"{MODEL}.amount: {NUMBER}"),
    (scenario(charge(model={"type": "flat", "amount": "1e5"})), f"{MODEL}.amount: {NUMBER}"),
    (
        scenario(charge(model={"type": "flat", "amount": Decimal("1E+31")})),
        f"{MODEL}.amount: must be a number of ordinary size",
    ),
    (
        scenario(charge(model={"type": "flat", "amount": Decimal("NaN")})),
        f"{MODEL}.amount: must be a number of ordinary size",
    ),
    (
        scenario(charge(model={"type": "flat", "amount": Decimal("1." + "1" * 60)})),
        f"{MODEL}.amount: must be a number of ordinary size",
    ),
    # Pricing models.
    (scenario(charge(model=[])), f"{MODEL}: must be an object"),
    (scenario(charge(model={})), f"{MODEL}.type: is required"),
    (scenario(charge(model={**FLAT, "x": 1})), f"{MODEL}.x: {UNKNOWN}"),
    (scenario(charge(model={"type": "flat"})), f"{MODEL}.amount: is required"),
    (scenario(charge(model={"type": "per_unit"})), f"{MODEL}.unit_amount: is required"),
    (scenario(charge(model={"type": "per_unit", "unit_amount": "x"})), f"{MODEL}.unit_amount: {NUMBER}"),
    (scenario(charge(model={"type": "package", "amount": "1"})), f"{MODEL}.size: is required"),
    (scenario(charge(model={"type": "package", "size": "1"})), f"{MODEL}.amount: is required"),
    (
        scenario(charge(model={"type": "package", "amount": "1", "size": "0"})),
        f"{MODEL}.size: must be greater than 0",
    ),
    (scenario(charge(model={"type": "package", "amount": "x", "size": "1"})), f"{MODEL}.amount: {NUMBER}"),
    (scenario(charge(model=tiers())), f"{MODEL}.tiers: needs at least one tier"),
    (scenario(charge(model={"type": "stairstep"})), f"{MODEL}.tiers: needs at least one tier"),
    (scenario(charge(model=tiers(1))), f"{MODEL}.tiers[0]: must be an object"),  # type: ignore[arg-type]
    (
        scenario(charge(model=tiers({"up_to": "-1"}, {"up_to": None}))),
        f"{MODEL}.tiers[0].up_to: must not be negative",
    ),
    (
        scenario(charge(model=tiers({"up_to": "5"}, {"up_to": "5"}, {"up_to": None}))),
        f"{MODEL}.tiers[1].up_to: must be greater than the tier before",
    ),
    (
        scenario(charge(model=tiers({"up_to": None, "unit_amount": "x"}))),
        f"{MODEL}.tiers[0].unit_amount: {NUMBER}",
    ),
    (scenario(charge(model=tiers({"flat_amount": "x"}))), f"{MODEL}.tiers[0].flat_amount: {NUMBER}"),
    (scenario(charge(model=tiers({"size": "0"}))), f"{MODEL}.tiers[0].size: must be greater than 0"),
    (scenario(charge(model=tiers({"x": "0"}))), f"{MODEL}.tiers[0].x: {UNKNOWN}"),
    (scenario(charge(model=tiers({}, kind="stairstep"))), f"{MODEL}.tiers[0].amount: is required"),
    (
        scenario(charge(model=tiers({"amount": "1", "size": "1"}, kind="stairstep"))),
        f"{MODEL}.tiers[0].size: {UNKNOWN}",
    ),
]
