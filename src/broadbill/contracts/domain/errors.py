from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class SubscriptionUnknown(DomainError):
    """No such subscription."""

    code = "contracts.subscription_unknown"
    message = "There is no subscription {subscription}."
    subscription: str


@dataclass(kw_only=True, eq=False)
class SubscriptionEnded(DomainError):
    """A subscription that is over takes no change from a later day."""

    code = "contracts.subscription_ended"
    message = (
        "Subscription {subscription} is not in service on {day}. Choose a day within its time of service."
    )
    subscription: str
    day: str


@dataclass(kw_only=True, eq=False)
class CurrencyDiffers(DomainError):
    """A plan is sold in its own currency only."""

    code = "contracts.currency_differs"
    message = "Plan {plan} is priced in {plan_currency}, account {account} is billed in {account_currency}."
    plan: str
    plan_currency: str
    account: str
    account_currency: str


@dataclass(kw_only=True, eq=False)
class PlanRetired(DomainError):
    """A retired plan is not sold any more."""

    code = "contracts.plan_retired"
    message = "Plan {plan} was retired on {retired_on}. Choose a plan that is on sale."
    plan: str
    retired_on: str


@dataclass(kw_only=True, eq=False)
class FactUnknown(DomainError):
    """No such fact of the account."""

    code = "contracts.fact_unknown"
    message = "Account {account} has no fact number {number}."
    account: str
    number: int


@dataclass(kw_only=True, eq=False)
class FactRefused(DomainError):
    """A fact that rating could not make sense of."""

    code = "contracts.fact_refused"
    message = "Refused: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class ChargeNotSold(DomainError):
    """A discount or outage names a charge that is not there to be lowered."""

    code = "contracts.charge_not_sold"
    message = "{subject} has no charge {charge}. It has: {charges}."
    subject: str
    charge: str
    charges: str


@dataclass(kw_only=True, eq=False)
class OutageOnRecord(DomainError):
    """All of an outage's time is on record already, by hand or by an incident."""

    code = "contracts.outage_on_record"
    message = (
        "An outage from {starts:%Y-%m-%d %H:%M %Z} to {ends:%Y-%m-%d %H:%M %Z} is on record already; "
        "time is credited once."
    )
    starts: datetime
    ends: datetime
