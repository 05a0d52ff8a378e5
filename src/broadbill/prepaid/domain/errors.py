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
class BatchUnknown(DomainError):
    """No batch has this number."""

    code = "prepaid.batch_unknown"
    message = "There is no batch {batch}. List them with: broadbill voucher list."
    batch: str


@dataclass(kw_only=True, eq=False)
class BatchRefused(DomainError):
    """Vouchers that cannot be made or sold as asked."""

    code = "prepaid.batch_refused"
    message = "Refused: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class VoucherKeyDiffers(DomainError):
    """The home's key is not the one with which the batch was made."""

    code = "prepaid.voucher_key_differs"
    message = (
        "Batch {batch} was made with another key. Put the vouchers.key of that home back, then print it."
    )
    batch: str


@dataclass(kw_only=True, eq=False)
class VoucherUnknown(DomainError):
    """A well-formed code that nobody ever printed."""

    code = "prepaid.voucher_unknown"
    message = "There is no voucher with this code. Please check it against the card."


@dataclass(kw_only=True, eq=False)
class VoucherNotSold(DomainError):
    """A voucher nobody has paid for."""

    code = "prepaid.voucher_not_sold"
    message = "This voucher has not been sold yet. Ask where you got it."


@dataclass(kw_only=True, eq=False)
class VoucherBlocked(DomainError):
    """A voucher that was lost or stolen."""

    code = "prepaid.voucher_blocked"
    message = "This voucher is blocked. Ask where you got it."


@dataclass(kw_only=True, eq=False)
class VoucherExpired(DomainError):
    """A voucher whose last day is over."""

    code = "prepaid.voucher_expired"
    message = "This voucher was valid until {valid_until}."
    valid_until: str


@dataclass(kw_only=True, eq=False)
class VoucherAlreadyRedeemed(DomainError):
    """A voucher is redeemed once."""

    code = "prepaid.voucher_already_redeemed"
    message = "This voucher was already redeemed on {redeemed_on}."
    redeemed_on: str


@dataclass(kw_only=True, eq=False)
class VoucherNotForThis(DomainError):
    """A voucher that does not fit what it is redeemed for."""

    code = "prepaid.voucher_not_for_this"
    message = "This voucher cannot be redeemed here: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class TooManyWrongCodes(DomainError):
    """Somebody who may be guessing."""

    code = "prepaid.too_many_wrong_codes"
    message = "Too many wrong codes. Try again in {minutes} minutes."
    minutes: int


@dataclass(kw_only=True, eq=False)
class NotAPass(DomainError):
    """A pass is a prepaid plan whose recurring charges all last the same days or weeks, or one of hours."""

    code = "prepaid.not_a_pass"
    message = (
        "Plan {plan} cannot be sold as a pass: {reason}. "
        "A pass is a prepaid plan with recurring charges of one period of days or weeks, or with pass_hours."
    )
    plan: str
    reason: str
