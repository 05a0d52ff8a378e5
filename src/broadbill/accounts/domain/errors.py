from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class AccountUnknown(DomainError):
    """No account has this number."""

    code = "accounts.unknown"
    message = "There is no account {number}. Look it up by name with a search."
    number: str


@dataclass(kw_only=True, eq=False)
class AccountNumberTaken(DomainError):
    """An account number is given to one account only."""

    code = "accounts.number_taken"
    message = "Account number {number} is taken. Choose another number."
    number: str


@dataclass(kw_only=True, eq=False)
class AccountClosed(DomainError):
    """A closed account takes no new business."""

    code = "accounts.closed"
    message = "Account {number} was closed on {closed_on}. Reopen it first."
    number: str
    closed_on: str


@dataclass(kw_only=True, eq=False)
class AccountDetailRefused(DomainError):
    """A detail of an account that cannot be right."""

    code = "accounts.detail_refused"
    message = "Account {number}: {field} {reason}."
    number: str
    field: str
    reason: str
