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
class PrepaidPlanRefused(DomainError):
    """A prepaid plan may only charge what is known before it is used."""

    code = "catalog.prepaid_plan_refused"
    message = (
        "Plan {plan} cannot be prepaid: charge {charge} is known only afterwards. "
        "Use recurring charges in advance, one-off charges and deposits."
    )
    plan: str
    charge: str


@dataclass(kw_only=True, eq=False)
class HourPassRefused(DomainError):
    """A pass by the hour is prepaid and paid once."""

    code = "catalog.hour_pass_refused"
    message = "Plan {plan} cannot be a pass by the hour: {reason}."
    plan: str
    reason: str


@dataclass(kw_only=True, eq=False)
class ChargeUnknown(DomainError):
    """The plan has no charge with this code."""

    code = "catalog.charge_unknown"
    message = "Plan {plan} has no charge {charge}."
    plan: str
    charge: str


@dataclass(kw_only=True, eq=False)
class NewPriceNeedsADay(DomainError):
    """A price for new subscriptions only, without the day from which a subscription is new."""

    code = "catalog.new_price_needs_a_day"
    message = "Price {charge} of plan {plan} for new subscriptions needs the day from which it holds."
    plan: str
    charge: str


@dataclass(kw_only=True, eq=False)
class PriceIsNotOneFigure(DomainError):
    """An amount was given for a price that is more than one figure."""

    code = "catalog.price_is_not_one_figure"
    message = "The price of {charge} in plan {plan} is not one figure. Give a whole pricing model."
    plan: str
    charge: str


@dataclass(kw_only=True, eq=False)
class PlanReplaced(DomainError):
    """A plan has one successor."""

    code = "catalog.plan_replaced"
    message = "Plan {plan} was replaced by {successor}."
    plan: str
    successor: str


@dataclass(kw_only=True, eq=False)
class SuccessorUnfit(DomainError):
    """A plan that cannot take over from another."""

    code = "catalog.successor_unfit"
    message = "Plan {successor} cannot replace {plan}: {reason}."
    plan: str
    successor: str
    reason: str
