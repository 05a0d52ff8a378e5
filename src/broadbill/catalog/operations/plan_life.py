"""What happens to a plan after it was defined: it is copied, retired, replaced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from broadbill.catalog.domain.errors import (
    ChargeUnknown,
    PlanReplaced,
    PriceIsNotOneFigure,
    SuccessorUnfit,
)
from broadbill.catalog.domain.figure import with_figure
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plans import define_plan, locked_plan, record_plan_event
from broadbill.catalog.queries.plans import plan_coded, plans_content
from broadbill.catalog.queries.price_list import model_in_force


@transaction.atomic
def copy_plan(
    *,
    code: str,
    new_code: str,
    now: datetime,
    on: date,
    actor: str,
    name: str | None = None,
    prices: Mapping[str, Decimal] | None = None,
) -> Plan:
    """Define a plan with the charges of another, some of them at a price of its own.

    A charge in `prices` keeps its pricing model of the day at the new amount and loses the dated prices; the
    others are copied with theirs. Raises: PlanUnknown, PlanCodeTaken, ChargeUnknown, PriceIsNotOneFigure.
    """
    origin = plan_coded(code)
    wanted = dict(prices or {})
    charges = [
        _repriced(code, charge, wanted.pop(charge["code"], None), on)
        for charge in plans_content([code])[code]["charges"]
    ]
    if wanted:
        raise ChargeUnknown(plan=code, charge=next(iter(wanted)))
    return define_plan(
        code=new_code,
        name=name or origin.name,
        currency=origin.currency,
        charges=charges,
        allowance_pool=origin.allowance_pool,
        prepaid=origin.prepaid,
        pass_hours=origin.pass_hours,
        now=now,
        actor=actor,
    )


def _repriced(plan: str, charge: Mapping[str, Any], amount: Decimal | None, on: date) -> dict[str, Any]:
    if amount is None:
        return dict(charge)
    model = with_figure(model_in_force(charge, on), amount)
    if model is None:
        raise PriceIsNotOneFigure(plan=plan, charge=charge["code"])
    kept = {key: value for key, value in charge.items() if key != "price_changes"}
    return {**kept, "model": model}


@transaction.atomic
def retire_plan(*, code: str, on: date, now: datetime, actor: str) -> Plan:
    """Stop selling a plan from a day on; those who have it keep it. The earliest day said holds.

    Raises: PlanUnknown.
    """
    plan = locked_plan(code)
    if plan.retired_on is None or on < plan.retired_on:
        plan.retired_on = on
        plan.save(update_fields=["retired_on"])
        record_plan_event(plan, "plan.retired", {"retired_on": on.isoformat()}, now, actor)
    return plan


@transaction.atomic
def name_successor(*, code: str, successor: str, on: date, now: datetime, actor: str) -> Plan:
    """Retire a plan and say which plan takes its place. Saying the same again changes nothing.

    Raises: PlanUnknown, PlanReplaced, SuccessorUnfit.
    """
    to = plan_coded(successor)
    plan = retire_plan(code=code, on=on, now=now, actor=actor)
    refuse_unfit(plan=plan, successor=to, on=on)
    if plan.replaced_by_id is None:
        plan.replaced_by = to
        plan.save(update_fields=["replaced_by"])
        record_plan_event(plan, "plan.replaced", {"successor": successor}, now, actor)
    return plan


def refuse_unfit(*, plan: Plan, successor: Plan, on: date) -> None:
    """Raises: PlanReplaced, SuccessorUnfit."""
    if plan.replaced_by is not None and plan.replaced_by != successor:
        raise PlanReplaced(plan=plan.code, successor=plan.replaced_by.code)
    reason = _unfit(plan, successor, on)
    if reason:
        raise SuccessorUnfit(plan=plan.code, successor=successor.code, reason=reason)


def _unfit(plan: Plan, successor: Plan, on: date) -> str | None:
    if plan == successor:
        return "it is the same plan"
    if plan.currency != successor.currency:
        return f"it is priced in {successor.currency}, not in {plan.currency}"
    if successor.retired_on and successor.retired_on <= on:
        return f"it was retired on {successor.retired_on}"
    if plan.prepaid != successor.prepaid:
        return "one of the two is prepaid"
    return None
