"""What everything costs on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from broadbill.catalog.domain.errors import ChargeUnknown, PlanUnknown
from broadbill.catalog.models import Plan
from broadbill.catalog.queries.plans import plans_content


@dataclass(frozen=True, slots=True)
class ChargePrice:
    """`model` is the pricing model of the scenario contract in force on the day; empty where there is none."""

    code: str
    name: str
    type: str
    period: str
    tax: str
    model: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlanPrices:
    code: str
    name: str
    currency: str
    retired_on: date | None
    replaced_by: str | None
    prepaid: bool
    charges: tuple[ChargePrice, ...]


def price_list(*, as_of: date) -> tuple[PlanPrices, ...]:
    """Every plan with the list prices at which it is sold on the day, by code. Four queries."""
    content = plans_content()
    plans = Plan.objects.order_by("code").values_list(
        "code", "name", "currency", "retired_on", "replaced_by__code", "prepaid"
    )
    return tuple(
        PlanPrices(*plan, charges=tuple(_charge(charge, as_of) for charge in content[plan[0]]["charges"]))
        for plan in plans
    )


def price_in_force(*, plan: str, charge: str, as_of: date) -> ChargePrice:
    """Raises: PlanUnknown, ChargeUnknown."""
    content = plans_content([plan])
    if plan not in content:
        raise PlanUnknown(plan=plan)
    found = next((each for each in content[plan]["charges"] if each["code"] == charge), None)
    if found is None:
        raise ChargeUnknown(plan=plan, charge=charge)
    return _charge(found, as_of)


def model_in_force(
    charge: Mapping[str, Any], as_of: date, *, came_on: date | None = None
) -> Mapping[str, Any]:
    """The list price of a charge on a day; empty where it has none.

    It is the price for those who came to the plan on `came_on`; without one, that at which the plan is sold.
    """
    model: Mapping[str, Any] = charge.get("model", {})
    for change in charge.get("price_changes", ()):
        begins = date.fromisoformat(change["from"])
        if begins <= as_of and (change.get("for") != "new" or came_on is None or begins <= came_on):
            model = change["model"]
    return model


def _charge(charge: Mapping[str, Any], as_of: date) -> ChargePrice:
    period = charge.get("period", "")
    return ChargePrice(
        code=charge["code"],
        name=charge.get("name", ""),
        type=charge["type"],
        period=period if isinstance(period, str) else f"{period['every']} {period['unit']}s",
        tax=charge.get("tax", "standard"),
        model=model_in_force(charge, as_of),
    )
