"""Making what we sell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from broadbill.catalog.domain.errors import (
    ChargeUnknown,
    HourPassRefused,
    NewPriceNeedsADay,
    PlanCodeTaken,
    PlanUnknown,
    PrepaidPlanRefused,
)
from broadbill.catalog.models import Charge, Plan, Price
from broadbill.core.money import Currency
from broadbill.core.rating import Rulebook
from broadbill.kernel.operations.events import NewEvent, record_events

# Kept as dated prices; everything else a charge says is fixed for its life.
# Four weeks: what lasts longer is sold by the day or the week.
MOST_HOURS = 672
PRICE_KEYS = frozenset({"model", "price_changes", "code"})


@transaction.atomic
def define_plan(
    *,
    code: str,
    name: str,
    currency: str,
    charges: Sequence[Mapping[str, Any]],
    now: datetime,
    actor: str,
    allowance_pool: str = "",
    prepaid: bool = False,
    pass_hours: int | None = None,
) -> Plan:
    """Make a plan of charges in the scenario contract's shape (`docs/reference/scenario.md`).

    With `pass_hours` it is prepaid, charges once, and is sold as a pass of so many hours.
    Raises: PlanCodeTaken, PrepaidPlanRefused, HourPassRefused, UnknownCurrency, ScenarioError naming the key that
    is wrong.
    """
    Currency.of(currency)
    Rulebook.parse({"plans": {code: {"name": name, "charges": list(charges)}}})
    if Plan.objects.filter(code=code).exists():
        raise PlanCodeTaken(plan=code)
    if prepaid:
        _refuse_what_is_known_afterwards(code, charges)
    if pass_hours is not None:
        _refuse_hours(code, pass_hours, prepaid, charges)
    plan = Plan.objects.create(
        code=code,
        name=name,
        currency=currency,
        allowance_pool=allowance_pool,
        prepaid=prepaid,
        pass_hours=pass_hours,
        recorded_at=now,
    )
    for position, charge in enumerate(charges):
        _define_charge(plan, position, charge, now)
    record_plan_event(plan, "plan.defined", {"charges": [charge["code"] for charge in charges]}, now, actor)
    return plan


def _refuse_hours(plan: str, hours: int, prepaid: bool, charges: Sequence[Mapping[str, Any]]) -> None:
    if not prepaid:
        raise HourPassRefused(plan=plan, reason="it is not prepaid")
    if not 0 < hours <= MOST_HOURS:
        raise HourPassRefused(plan=plan, reason=f"a pass lasts 1 to {MOST_HOURS} hours")
    if any(charge["type"] != "one_off" for charge in charges):
        raise HourPassRefused(plan=plan, reason="hours are paid by one-off charges alone")


@transaction.atomic
def set_price(
    *,
    plan: str,
    charge: str,
    model: Mapping[str, Any],
    starts_on: date | None,
    now: datetime,
    actor: str,
    for_new: bool = False,
) -> Price:
    """Set the list price of a charge from a date on; None corrects the price from the beginning.

    It is everyone's price who has no agreed one: the next bill run compares what was billed with the price now
    known, so a wrong price that is corrected here comes back to its customers. With `for_new` those who came to
    the plan before the date keep what they have (docs/decisions/0017).

    Raises: PlanUnknown, ChargeUnknown, NewPriceNeedsADay, ScenarioError.
    """
    if for_new and starts_on is None:
        raise NewPriceNeedsADay(plan=plan, charge=charge)
    found = locked_plan(plan)
    target = Charge.objects.filter(plan=found, code=charge).first()
    if target is None:
        raise ChargeUnknown(plan=plan, charge=charge)
    Rulebook.parse({"plans": {plan: {"charges": [{**target.terms, "code": charge, "model": model}]}}})
    price = Price.objects.create(
        charge=target, starts_on=starts_on, for_new=for_new, model=dict(model), recorded_at=now
    )
    starts = starts_on.isoformat() if starts_on else None
    data = {"charge": charge, "starts_on": starts, "for_new": for_new, "model": dict(model)}
    record_plan_event(found, "plan.price_set", data, now, actor)
    return price


def locked_plan(code: str) -> Plan:
    """The plan, locked until the transaction ends. Raises: PlanUnknown."""
    found = Plan.objects.select_for_update(no_key=True).filter(code=code).first()
    if found is None:
        raise PlanUnknown(plan=code)
    return found


def _refuse_what_is_known_afterwards(plan: str, charges: Sequence[Mapping[str, Any]]) -> None:
    for charge in charges:
        in_advance = charge["type"] == "recurring" and charge.get("timing", "advance") == "advance"
        if not in_advance and charge["type"] not in {"one_off", "deposit"}:
            raise PrepaidPlanRefused(plan=plan, charge=charge["code"])


def _define_charge(plan: Plan, position: int, charge: Mapping[str, Any], now: datetime) -> None:
    terms = {key: value for key, value in charge.items() if key not in PRICE_KEYS}
    row = Charge.objects.create(plan=plan, code=charge["code"], position=position, terms=terms)
    if "model" in charge:
        Price.objects.create(charge=row, starts_on=None, model=charge["model"], recorded_at=now)
    # Everyone's first: recorded later, it would take the place of a price for new ones of the same day.
    for change in sorted(charge.get("price_changes", []), key=_is_for_new):
        starts_on = date.fromisoformat(change["from"])
        Price.objects.create(
            charge=row,
            starts_on=starts_on,
            for_new=_is_for_new(change),
            model=change["model"],
            recorded_at=now,
        )


def _is_for_new(change: Mapping[str, Any]) -> bool:
    return bool(change.get("for") == "new")


def record_plan_event(plan: Plan, verb: str, data: dict[str, Any], now: datetime, actor: str) -> None:
    """Tell what was done to a plan."""
    event = NewEvent(
        occurred_at=now, actor=actor, verb=verb, object_type="plan", object_id=plan.code, data=data
    )
    record_events([event])
