from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from broadbill.catalog.domain.errors import PlanUnknown
from broadbill.catalog.models import Charge, Plan, Price


def plans_content(codes: Iterable[str] | None = None) -> dict[str, Any]:
    """Plans (all, or those with these codes) in the scenario contract's shape, with the prices known now.

    Three queries.
    """
    chosen = Plan.objects.all() if codes is None else Plan.objects.filter(code__in=list(codes))
    plans = {plan.id: plan for plan in chosen.order_by("code")}
    content = {plan.code: _plan(plan) for plan in plans.values()}
    charges = {}
    for charge in Charge.objects.filter(plan__in=plans).order_by("plan_id", "position"):
        charges[charge.id] = {"code": charge.code, **charge.terms}
        content[plans[charge.plan_id].code]["charges"].append(charges[charge.id])
    changes: dict[int, dict[tuple[str, bool], Any]] = {charge_id: {} for charge_id in charges}
    for price in Price.objects.filter(charge__plan__in=plans).order_by("id"):
        if price.starts_on is None:
            charges[price.charge_id]["model"] = price.model
            continue
        dated, day = changes[price.charge_id], price.starts_on.isoformat()
        if not price.for_new:
            dated.pop((day, True), None)  # everyone's price, recorded later, is that of new ones too
        dated[day, price.for_new] = price.model
    for charge_id, dated in changes.items():
        if dated:
            charges[charge_id]["price_changes"] = [_change(*key, dated[key]) for key in sorted(dated)]
    return content


def _change(day: str, for_new: bool, model: Any) -> dict[str, Any]:
    """A price change of the scenario contract."""
    return {"from": day, "model": model, **({"for": "new"} if for_new else {})}


def _plan(plan: Plan) -> dict[str, Any]:
    content: dict[str, Any] = {"name": plan.name, "charges": []}
    if plan.allowance_pool:
        content["allowance_pool"] = plan.allowance_pool
    return content


def plan_coded(code: str) -> Plan:
    """Raises: PlanUnknown."""
    plan = Plan.objects.filter(code=code).first()
    if plan is None:
        raise PlanUnknown(plan=code)
    return plan
