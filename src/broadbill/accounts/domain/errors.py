from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

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
    """Closed accounts take no new business from the day of closing on."""

    code = "accounts.closed"
    message = "Closed: {accounts}. Choose an open account, or a day before the closing."
    accounts: str

    @staticmethod
    def of(closed: Mapping[str, date]) -> AccountClosed:
        """Names every account with its day of closing, in the order of their numbers."""
        named = (f"account {number} on {closed_on}" for number, closed_on in sorted(closed.items()))
        return AccountClosed(accounts=", ".join(named))


@dataclass(kw_only=True, eq=False)
class AccountDetailRefused(DomainError):
    """A detail of an account that cannot be right."""

    code = "accounts.detail_refused"
    message = "Account {number}: {field} {reason}."
    number: str
    field: str
    reason: str


@dataclass(kw_only=True, eq=False)
class PortalInvitationRefused(DomainError):
    """A customer cannot be invited into the portal as things stand."""

    code = "accounts.portal_invitation_refused"
    message = "Account {account} cannot be invited into the portal: {reason}."
    account: str
    reason: str


@dataclass(kw_only=True, eq=False)
class ContactUnknown(DomainError):
    """No contact has this number, or it is of another account."""

    code = "accounts.contact_unknown"
    message = "There is no contact {contact}."
    contact: int
