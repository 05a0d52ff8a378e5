"""Dunning policies for people: what each does, and whom it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from broadbill.collections.domain.policy import USUAL, Policy, PolicyUnknown
from broadbill.collections.models import DunningPolicy, KindPolicy, Standing
from broadbill.collections.queries.debts import USUAL_POLICY, policies_in_force


@dataclass(frozen=True, slots=True)
class PolicyRead:
    """`kinds` are the kinds of customer that are chased by it, `accounts` how many customers have it of their own."""

    code: str
    policy: Policy
    kinds: tuple[str, ...]
    accounts: int


def policy_list() -> tuple[PolicyRead, ...]:
    """Every policy in force, by code. Three queries."""
    kinds = policies_of_kinds()
    counted = (
        Standing.objects.exclude(policy="").values_list("policy").annotate(Count("pk")).order_by("policy")
    )
    own: dict[str, int] = dict(counted)
    return tuple(
        PolicyRead(
            code, policy, tuple(sorted(kind for kind in kinds if kinds[kind] == code)), own.get(code, 0)
        )
        for code, policy in sorted(policies_in_force().items())
    )


def policies_of_kinds() -> dict[str, str]:
    """The policy of each kind of customer that has one. One query."""
    return dict(KindPolicy.objects.values_list("kind", "policy"))


def own_policy_of(account_id: int) -> str:
    """The account's own policy, empty without one. One query."""
    return Standing.objects.filter(pk=account_id).values_list("policy", flat=True).first() or ""


def policy_detail(code: str) -> Mapping[str, Any]:
    """A policy as it was set. One query. Raises: PolicyUnknown."""
    row = DunningPolicy.objects.filter(code=code).order_by("-id").first()
    if row is None and code != USUAL_POLICY:
        raise PolicyUnknown(policy=code)
    detail: Mapping[str, Any] = row.detail if row else USUAL
    return detail
