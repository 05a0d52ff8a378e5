from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class PaymentUnknown(DomainError):
    """No payment has this receipt number."""

    code = "payments.unknown"
    message = "There is no payment {number}."
    number: str


@dataclass(kw_only=True, eq=False)
class PaymentRefused(DomainError):
    """A payment that cannot be recorded as it was told."""

    code = "payments.refused"
    message = "The payment was not recorded: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class PaymentAlreadyReversed(DomainError):
    """A payment is reversed once."""

    code = "payments.already_reversed"
    message = "Payment {number} was already reversed on {reversed_on}."
    number: str
    reversed_on: str


@dataclass(kw_only=True, eq=False)
class VoucherPaymentStays(DomainError):
    """A voucher is redeemed once, and its money came when it was sold."""

    code = "payments.voucher_payment_stays"
    message = (
        "Payment {number} is a redeemed voucher and cannot be taken back. Charge the amount by hand instead."
    )
    number: str


@dataclass(kw_only=True, eq=False)
class CardPaymentStays(DomainError):
    """Money of a card is with the gateway; it goes back through it."""

    code = "payments.card_payment_stays"
    message = "Payment {number} came by card. Refund it to the card instead of taking it back."
    number: str


@dataclass(kw_only=True, eq=False)
class IdempotencyKeyReused(DomainError):
    """The same request key came with another payment."""

    code = "payments.idempotency_key_reused"
    message = "This form was already used for payment {number}. Open a fresh form for another payment."
    number: str


@dataclass(kw_only=True, eq=False)
class AllocationRefused(DomainError):
    """Money can settle only what is open, of the same account."""

    code = "payments.allocation_refused"
    message = "Not allocated: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class BankLineUnknown(DomainError):
    """No bank line has this number."""

    code = "payments.bank_line_unknown"
    message = "There is no bank line {line}. List those that wait with `broadbill bank queue`."
    line: int


@dataclass(kw_only=True, eq=False)
class BankLineDecided(DomainError):
    """A bank line is decided once; a payment recorded from it is taken back as any other."""

    code = "payments.bank_line_decided"
    message = "Bank line {line} is {state} already."
    line: int
    state: str


@dataclass(kw_only=True, eq=False)
class RefundRefused(DomainError):
    """Only what a customer paid and has in credit is given back."""

    code = "payments.refund_refused"
    message = "Nothing was refunded: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class RefundUnknown(DomainError):
    """No refund has this id."""

    code = "payments.refund_unknown"
    message = "There is no refund {refund}. List those that wait with `broadbill refund list`."
    refund: int


@dataclass(kw_only=True, eq=False)
class RefundDecided(DomainError):
    """A refund is decided once."""

    code = "payments.refund_decided"
    message = "Refund {refund} is {state} already."
    refund: int
    state: str


@dataclass(kw_only=True, eq=False)
class DisputeRefused(DomainError):
    """A customer disputes a line that they were charged, and no more than it charged."""

    code = "payments.dispute_refused"
    message = "No dispute was opened: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class DisputeUnknown(DomainError):
    """No dispute has this id."""

    code = "payments.dispute_unknown"
    message = "There is no dispute {dispute}. List them with `broadbill dispute list`."
    dispute: int


@dataclass(kw_only=True, eq=False)
class DisputeDecided(DomainError):
    """A dispute is decided once."""

    code = "payments.dispute_decided"
    message = "Dispute {dispute} is {state} already."
    dispute: int
    state: str


@dataclass(kw_only=True, eq=False)
class WriteOffRefused(DomainError):
    """Only what is open of an invoice is written off."""

    code = "payments.write_off_refused"
    message = "Nothing was written off: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class WriteOffUnknown(DomainError):
    """No write-off has this id."""

    code = "payments.write_off_unknown"
    message = "There is no write-off {write_off}. List them with `broadbill write-offs list`."
    write_off: int


@dataclass(kw_only=True, eq=False)
class WriteOffDecided(DomainError):
    """A write-off is agreed to or refused once, and recovered once."""

    code = "payments.write_off_decided"
    message = "Write-off {write_off} is {state}."
    write_off: int
    state: str


@dataclass(kw_only=True, eq=False)
class FindingUnknown(DomainError):
    """No finding of the daily proof has this id, or it is settled."""

    code = "payments.finding_unknown"
    message = "No finding {finding} is open. List them with `broadbill proof list`."
    finding: int
