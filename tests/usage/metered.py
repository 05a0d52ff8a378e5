"""Metered plans and what was used of them, for tests."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plans import define_plan
from broadbill.usage.domain.new_record import NewRecord
from broadbill.usage.operations.record import TakenIn, record_usage
from tests.world import ACTOR, at

PER_GB = {"type": "per_unit", "unit_amount": "0.10"}


def a_metered_plan(code: str, *charges: tuple[str, dict[str, Any]], **terms: Any) -> Plan:
    """A plan with one monthly usage charge for each (meter, model), named after its meter."""
    return define_plan(
        code=code,
        name=code.capitalize(),
        currency="EUR",
        charges=[
            {"code": meter, "type": "usage", "meter": meter, "period": "month", "model": model}
            for meter, model in charges
        ],
        now=at("2025-12-01"),
        actor=ACTOR,
        **terms,
    )


def used(account: int, subscription: int, moment: str, quantity: str | None, **keys: Any) -> NewRecord:
    return NewRecord(
        account_id=account,
        subscription_id=subscription,
        meter=keys.pop("meter", "data_gb"),
        at=datetime.fromisoformat(moment),
        quantity=None if quantity is None else Decimal(quantity),
        **keys,
    )


def record(*records: NewRecord, on: str) -> TakenIn:
    """Take records in at noon of a day."""
    return record_usage(records=records, now=at(on), actor=ACTOR)
