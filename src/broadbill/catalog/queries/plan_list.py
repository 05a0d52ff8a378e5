"""The plans that can be sold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from broadbill.catalog.models import Plan


@dataclass(frozen=True, slots=True)
class PlanRead:
    code: str
    name: str


def plans_on_sale(*, currency: str, on: date) -> tuple[PlanRead, ...]:
    """Plans in the currency that are not retired on the day, by name. One query."""
    plans = Plan.objects.filter(Q(retired_on=None) | Q(retired_on__gt=on), currency=currency)
    return tuple(
        PlanRead(code, name) for code, name in plans.order_by("name", "code").values_list("code", "name")
    )


def plan_names(codes: Iterable[str]) -> dict[str, str]:
    """The plans' names by code; codes that do not exist are left out. One query."""
    return dict(Plan.objects.filter(code__in=set(codes)).values_list("code", "name"))


def plans_named(words: str, *, most: int) -> tuple[PlanRead, ...]:
    """Plans whose name or code has the words, retired ones too, by name. One query."""
    plans = Plan.objects.filter(Q(name__icontains=words) | Q(code__icontains=words)).order_by("name", "code")
    return tuple(PlanRead(code, name) for code, name in plans.values_list("code", "name")[:most])
