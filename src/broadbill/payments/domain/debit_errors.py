"""What is refused of mandates, collections and the bank's reports of them."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class MandateRefused(DomainError):
    """A mandate that cannot be as it was told."""

    code = "payments.mandate_refused"
    message = "The mandate was not recorded: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class MandateUnknown(DomainError):
    """The account has no mandate in force."""

    code = "payments.mandate_unknown"
    message = "Account {account} has no mandate in force. Record one with `broadbill debit mandate`."
    account: str


@dataclass(kw_only=True, eq=False)
class DebitsRefused(DomainError):
    """Collections that cannot be asked for so. Nothing was changed."""

    code = "payments.debits_refused"
    message = "Nothing was asked for: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class ReportRefused(DomainError):
    """A bank's report that is cut off, of another kind, or not about our collections. Nothing of it was taken in."""

    code = "payments.debit_report_refused"
    message = "{file}: {reason}. Nothing of it was taken in."
    file: str
    reason: str
