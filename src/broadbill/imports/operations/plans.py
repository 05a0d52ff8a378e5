"""The plans of a map: made where they are missing, and every plan as rows need to know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from broadbill.catalog.operations.plans import define_plan
from broadbill.catalog.queries.plans import plan_coded, plans_content
from broadbill.core.rating.reading import Fields
from broadbill.core.rating.registry import model_name
from broadbill.imports.domain.errors import PlanDiffers
from broadbill.imports.domain.plan_content import PlanContent
from broadbill.imports.domain.records import SellablePlan


def make_missing_plans(
    *, plans: Sequence[PlanContent], currency: str, now: datetime, actor: str
) -> tuple[str, ...]:
    """Define those of the plans that do not exist, and return their codes.

    `currency` is that of plans that name none. Raises: PlanDiffers when one exists with other content.
    """
    existing = plans_content()
    made = []
    for plan in plans:
        wanted = plan.currency or currency
        if plan.code in existing:
            _refuse_other_content(plan, wanted, existing[plan.code])
            continue
        define_plan(
            code=plan.code,
            name=plan.content["name"],
            currency=wanted,
            charges=plan.content["charges"],
            allowance_pool=plan.content.get("allowance_pool", ""),
            now=now,
            actor=actor,
        )
        made.append(plan.code)
    return tuple(made)


def _refuse_other_content(plan: PlanContent, currency: str, existing: Mapping[str, Any]) -> None:
    if plan_coded(plan.code).currency != currency:
        raise PlanDiffers(plan=plan.code, part="currency")
    for part in sorted(existing.keys() | plan.content.keys()):
        if existing.get(part) != plan.content.get(part):
            raise PlanDiffers(plan=plan.code, part=part)


def sellable_plans() -> dict[str, SellablePlan]:
    """Every plan of the catalog, by code."""
    found = {}
    for code, content in plans_content().items():
        plan = plan_coded(code)
        models = {
            charge["code"]: model_name(Fields(charge["model"], code))
            for charge in content["charges"]
            if "model" in charge
        }
        found[code] = SellablePlan(code, plan.currency, models, plan.retired_on)
    return found
