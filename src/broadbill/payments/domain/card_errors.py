from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class ChargeRefused(DomainError):
    """A charge that is not asked for at all."""

    code = "payments.charge_refused"
    message = "Nothing was charged: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class ChargeUnderWay(DomainError):
    """An account is charged once at a time, so that no debt is paid twice."""

    code = "payments.charge_under_way"
    message = (
        "A charge of {amount} to account {account} is under way already. Wait until its outcome is known."
    )
    account: str
    amount: str


@dataclass(kw_only=True, eq=False)
class ChargeUnknown(DomainError):
    """The account has no such charge."""

    code = "payments.charge_unknown"
    message = "There is no card charge {charge} of this account."
    charge: int


@dataclass(kw_only=True, eq=False)
class SavedMethodUnknown(DomainError):
    """The account has no such method any more."""

    code = "payments.saved_method_unknown"
    message = "Account {account} has no saved method {method}. See `broadbill card list`."
    account: str
    method: int
