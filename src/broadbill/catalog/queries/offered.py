"""What customers find in their portal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from broadbill.catalog.domain.offering import OfferedAs, Offering
from broadbill.catalog.models import Plan
from broadbill.catalog.queries.offering import offering_of
from broadbill.catalog.queries.price_list import ChargePrice, prices_of


@dataclass(frozen=True, slots=True)
class OfferedPlan:
    """A plan with its list prices of the day for those who come to it."""

    code: str
    name: str
    currency: str
    offering: Offering
    charges: tuple[ChargePrice, ...]


def offered_plans(*, kind: OfferedAs, currency: str, on: date) -> tuple[OfferedPlan, ...]:
    """The plans on sale on the day that are offered so in the currency, by name. Four queries."""
    on_sale = Q(retired_on=None) | Q(retired_on__gt=on)
    plans = list(Plan.objects.filter(on_sale, offered_as=kind, currency=currency).order_by("name", "code"))
    prices = prices_of([plan.code for plan in plans], as_of=on)
    return tuple(
        OfferedPlan(plan.code, plan.name, plan.currency, offering_of(plan), prices[plan.code])
        for plan in plans
    )


def offerings(codes: Iterable[str]) -> dict[str, Offering]:
    """How each of these plans is offered, by code, also those no longer on sale. One query."""
    return {plan.code: offering_of(plan) for plan in Plan.objects.filter(code__in=set(codes))}
