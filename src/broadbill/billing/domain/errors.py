from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class DocumentUnknown(DomainError):
    """No document has this number."""

    code = "billing.document_unknown"
    message = "There is no document {number}. Numbers look like 2026-000123 or CN-2026-000004."
    number: str


@dataclass(kw_only=True, eq=False)
class BillingUnderWay(DomainError):
    """Somebody waits for a document while a run makes many."""

    code = "billing.under_way"
    message = "A billing run is under way. Correct {account} when it is done."
    account: str


@dataclass(kw_only=True, eq=False)
class NothingToCorrect(DomainError):
    """An account was billed what it owes."""

    code = "billing.nothing_to_correct"
    message = "{account} was billed what it owes: there is nothing to correct."
    account: str


@dataclass(kw_only=True, eq=False)
class CannotBeAudited(DomainError):
    """Rating refuses the history of an account."""

    code = "billing.cannot_be_audited"
    message = "{account} cannot be checked: {reason}"
    account: str
    reason: str
