from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class PlanUnknown(DomainError):
    """No plan has this code."""

    code = "catalog.plan_unknown"
    message = "There is no plan {plan}. Define it first."
    plan: str


@dataclass(kw_only=True, eq=False)
class PlanCodeTaken(DomainError):
    """A plan's code is given once."""

    code = "catalog.plan_code_taken"
    message = "Plan {plan} exists already. Change its price from a date, or define a plan with another code."
    plan: str


@dataclass(kw_only=True, eq=False)
class ChargeUnknown(DomainError):
    """The plan has no charge with this code."""

    code = "catalog.charge_unknown"
    message = "Plan {plan} has no charge {charge}."
    plan: str
    charge: str
