"""What everything costs on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from broadbill.catalog.domain.errors import ChargeUnknown, PlanUnknown
from broadbill.catalog.domain.figure import figure_of
from broadbill.catalog.domain.offering import Offering
from broadbill.catalog.models import Plan
from broadbill.catalog.queries.offering import offering_of
from broadbill.catalog.queries.plans import plan_coded, plans_content
from broadbill.core.money import Currency
from broadbill.core.rating.reading import Fields
from broadbill.core.rating.registry import model_name


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A list price from a day on, None from the beginning. `in_force`: who comes on the day asked about pays it."""

    starts_on: date | None
    for_new: bool
    model: Mapping[str, Any]
    in_force: bool

    @property
    def flat_amount(self) -> Decimal | None:
        return figure_of(self.model)

    @property
    def kind(self) -> str:
        """The pricing model's name; empty where there is no price."""
        return model_name(Fields(self.model, "model")) if self.model else ""


@dataclass(frozen=True, slots=True)
class ChargePrice:
    """`model` is the pricing model of the scenario contract in force on the day; empty where there is none."""

    code: str
    name: str
    type: str
    period: str
    tax: str
    model: Mapping[str, Any]
    history: tuple[PriceStep, ...] = ()

    @property
    def flat_amount(self) -> Decimal | None:
        """The price where it is one figure: a flat amount, or an amount for each unit."""
        return figure_of(self.model)


@dataclass(frozen=True, slots=True)
class PlanPrices:
    id: int
    code: str
    name: str
    currency: str
    retired_on: date | None
    replaced_by: str | None
    prepaid: bool
    pass_hours: int | None
    offering: Offering
    charges: tuple[ChargePrice, ...]

    @property
    def unit(self) -> Currency:
        return Currency.of(self.currency)


def price_list(*, as_of: date) -> tuple[PlanPrices, ...]:
    """Every plan with the list prices at which it is sold on the day, by code. Four queries."""
    content = plans_content()
    plans = Plan.objects.select_related("replaced_by").order_by("code")
    return tuple(_plan(plan, content[plan.code]["charges"], as_of) for plan in plans)


def plan_prices(code: str, *, as_of: date) -> PlanPrices:
    """One plan, as `price_list` tells it. Five queries at most. Raises: PlanUnknown."""
    plan = plan_coded(code)
    return _plan(plan, plans_content([code])[code]["charges"], as_of)


def prices_of(codes: Iterable[str], *, as_of: date) -> dict[str, tuple[ChargePrice, ...]]:
    """The charges of these plans at the list prices at which they are sold on the day, by code. Three queries."""
    content = plans_content(codes)
    return {code: tuple(_charge(charge, as_of) for charge in content[code]["charges"]) for code in content}


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


def _plan(plan: Plan, charges: Iterable[Mapping[str, Any]], as_of: date) -> PlanPrices:
    return PlanPrices(
        id=plan.id,
        code=plan.code,
        name=plan.name,
        currency=plan.currency,
        retired_on=plan.retired_on,
        replaced_by=plan.replaced_by.code if plan.replaced_by else None,
        prepaid=plan.prepaid,
        pass_hours=plan.pass_hours,
        offering=offering_of(plan),
        charges=tuple(_charge(charge, as_of) for charge in charges),
    )


def _charge(charge: Mapping[str, Any], as_of: date) -> ChargePrice:
    period, in_force = charge.get("period", ""), model_in_force(charge, as_of)
    steps: list[tuple[date | None, bool, Mapping[str, Any]]] = [(None, False, charge.get("model", {}))]
    steps += [
        (date.fromisoformat(change["from"]), change.get("for") == "new", change["model"])
        for change in charge.get("price_changes", ())
    ]
    return ChargePrice(
        code=charge["code"],
        name=charge.get("name", ""),
        type=charge["type"],
        period=period if isinstance(period, str) else f"{period['every']} {period['unit']}s",
        tax=charge.get("tax", "standard"),
        model=in_force,
        history=tuple(PriceStep(*step, in_force=step[2] is in_force) for step in steps),
    )
