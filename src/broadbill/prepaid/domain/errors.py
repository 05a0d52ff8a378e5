from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class WalletTooLow(DomainError):
    """A prepaid account is charged more than its credit, and pausing does not help."""

    code = "prepaid.wallet_too_low"
    message = "The wallet of account {account} lacks {short} {currency}. Top it up by that and ask again."
    account: str
    short: str
    currency: str


@dataclass(kw_only=True, eq=False)
class NotAPass(DomainError):
    """A pass is a prepaid plan whose recurring charges all last the same days or weeks."""

    code = "prepaid.not_a_pass"
    message = (
        "Plan {plan} cannot be sold as a pass: {reason}. "
        "A pass is a prepaid plan with recurring charges of one period of days or weeks."
    )
    plan: str
    reason: str
