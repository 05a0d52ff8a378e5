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


@dataclass(kw_only=True, eq=False)
class DraftUnknown(DomainError):
    """No draft of a run has this number."""

    code = "billing.draft_unknown"
    message = "There is no draft {draft}."
    draft: int


@dataclass(kw_only=True, eq=False)
class DraftNotReady(DomainError):
    """Something was asked of a draft that is being worked out, posted, or put away."""

    code = "billing.draft_not_ready"
    message = "Draft {draft} is being worked out or posted, or is done with. Look at its page first."
    draft: int


@dataclass(kw_only=True, eq=False)
class DraftHasChanged(DomainError):
    """A draft does not say any more what the person who posts it saw."""

    code = "billing.draft_changed"
    message = "Draft {draft} changed while you looked at it: read its totals again, then post it."
    draft: int


@dataclass(kw_only=True, eq=False)
class DraftIsEmpty(DomainError):
    """A draft without a document was to be posted."""

    code = "billing.draft_empty"
    message = "Draft {draft} would issue nothing. Discard it, or put accounts back."
    draft: int


@dataclass(kw_only=True, eq=False)
class AccountIsLeftOut(DomainError):
    """An account that is left out of a run already was to be left out."""

    code = "billing.account_left_out"
    message = "{account} is left out already."
    account: str


@dataclass(kw_only=True, eq=False)
class AccountNotInDraft(DomainError):
    """An account that a draft does not bill was to be left out or put back."""

    code = "billing.account_not_in_draft"
    message = "{account} has nothing due in this run."
    account: str
