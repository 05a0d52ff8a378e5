"""What the office calls the states and kinds that the records store."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Sign:
    """A state as a badge: its word, its tone and its icon."""

    title: str | Promise
    tone: str = ""
    icon: str = ""


PAYS_BY = {
    "cash": _("Cash"),
    "cheque": _("Cheque"),
    "electronic_cheque": _("Electronic cheque"),
    "transfer": _("Bank transfer"),
    "direct_debit": _("Direct debit"),
    "card": _("Card"),
}

CUSTOMER_KINDS = {
    "residential": _("Residential"),
    "business": _("Business"),
    "public_body": _("Public body"),
}

# How money is taken; a voucher's came when it was sold.
METHODS = {"cash": _("Cash"), "cheque": _("Cheque"), "transfer": _("Bank transfer")}
CAME_BY = {**METHODS, "voucher": _("Voucher"), "card": _("Card"), "direct_debit": _("Direct debit")}

# What each test card of the sandbox does.
TEST_CARDS = {
    "approve": _("Is approved"),
    "challenge": _("Asks the customer to confirm"),
    "insufficient_funds": _("Is declined: insufficient funds"),
    "do_not_honour": _("Is declined: do not honour"),
    "expired_card": _("Is declined: expired"),
    "stolen_card": _("Is declined: stolen"),
    "account_closed": _("Is declined: account closed"),
    "processing_error": _("Is declined: error at the bank"),
    "timeout_before": _("Falls silent before it charges"),
    "timeout_after": _("Falls silent after it charged"),
}

# Why a charge was declined: payments.domain.gateway.DECLINES.
DECLINES = {
    "insufficient_funds": _("There is not enough money on it"),
    "do_not_honour": _("The bank said no without a reason"),
    "limit_exceeded": _("Its limit is reached"),
    "processing_error": _("The bank could not be asked"),
    "authentication_needed": _("The bank wants the customer to confirm it"),
    "authentication_failed": _("The customer did not confirm it"),
    "abandoned": _("The customer left before confirming it"),
    "expired_card": _("The card has expired"),
    "stolen_card": _("The card is reported stolen or lost"),
    "account_closed": _("The account is closed"),
    "no_mandate": _("There is no mandate"),
    "refused": _("It was refused for good"),
    "not_taken_up": _("The payment gateway did not take it up"),
    "never_reached": _("It never reached the gateway"),
}

DUNNING = {
    "reminder": _("Reminder"),
    "notice": _("Last notice"),
    "late_fee": _("Late fee"),
    "interest": _("Interest"),
    "restrict": _("Service is restricted"),
    "suspend": _("Service stops"),
    "terminate": _("Service ends"),
    "agency": _("To the agency"),
    "write_off": _("Proposed to be written off"),
}

# Why collections leave a debt alone: collections.domain.deciding.Why.
LEFT_ALONE = {
    "small": _("Less than the policy's minimum"),
    "in_flight": _("Money is on its way"),
    "exempt": _("Exempt"),
    "held": _("Held by a person"),
    "disputed": _("The customer disputes it"),
    "promised": _("Promised"),
}

# What waits for a person on the overview.
WAITING = {
    "refunds": Sign(_("Refunds"), "good", "rotate-ccw"),
    "disputes": Sign(_("Disputed"), "accent", "message-square"),
    "declined": Sign(_("Payment failed"), "warn", "circle-alert"),
    "bank": Sign(_("Bank"), "", "landmark"),
    "overdue": Sign(_("Overdue"), "bad", "clock"),
}

# What collections did to service: collections.queries.worklist.Case.service.
CHASED_SERVICE = {
    "restricted": Sign(_("Restricted"), "warn", "circle-pause"),
    "stopped": Sign(_("Stopped"), "bad", "circle-pause"),
}

DISPUTES = {
    "open": Sign(_("Not decided yet"), "warn", "clock"),
    "upheld": Sign(_("Upheld"), "good", "circle-check"),
    "refused": Sign(_("Refused"), "", "circle-x"),
}

CHARGES = {
    "asked": Sign(_("Outcome not known yet"), "warn", "loader"),
    "challenge": Sign(_("Waits for the customer"), "accent", "clock"),
    "pending": Sign(_("On its way"), "accent", "clock"),
    "succeeded": Sign(_("Paid"), "good", "circle-check"),
    "declined": Sign(_("Declined"), "bad", "circle-x"),
}

# Why a bank line waits for a person.
BANK_REASONS = {
    "several": _("not sure whose it is"),
    "nobody": _("nobody is recognised"),
    "money_out": _("money went out"),
    "currency": _("another currency than the customer's"),
    "maybe_repeated": _("may be a booking that a statement or notification told of before"),
    "debit_differs": _("names direct debits, with another sum or not yet collected"),
}

# How a bank took a file of direct debits.
DEBIT_FILE_STATUSES = {
    "accepted": _("accepted by the bank"),
    "partly": _("accepted but for some"),
    "rejected": _("rejected by the bank"),
    "pending": _("being looked at by the bank"),
}

VOUCHERS = {
    "money": _("Credit for a wallet"),
    "time": _("Time online"),
    "period": _("Period from first use"),
    "data": _("Data"),
}

PERIODS = {
    "day": _("a day"),
    "week": _("a week"),
    "month": _("a month"),
    "quarter": _("a quarter"),
    "year": _("a year"),
}

ENTRIES = {
    "invoice": _("Invoice"),
    "credit_note": _("Credit note"),
    "payment": _("Payment"),
    "reversal": _("Payment taken back"),
    "refund": _("Refund"),
    "chargeback": _("Card payment taken back"),
    "write_off": _("Debt written off"),
    "recovery": _("Write-off taken back"),
    "opening": _("Opening balance"),
}

SERVICE = {
    "active": Sign(_("Active"), "good", "circle-check"),
    "suspended": Sign(_("Suspended"), "warn", "circle-pause"),
    "to_come": Sign(_("To come"), "accent", "clock"),
    "ended": Sign(_("Ended"), "", "circle-x"),
}

RUNS = {
    "running": Sign(_("Posting"), "accent", "loader"),
    "finished": Sign(_("Posted"), "good", "circle-check"),
    "abandoned": Sign(_("Replaced by a later run"), "", "circle-x"),
}

DRAFTS = {
    "drafting": Sign(_("Being worked out"), "accent", "loader"),
    "ready": Sign(_("To be looked through"), "warn", "eye"),
    "asked": Sign(_("Waits for agreement"), "warn", "clock"),
    "posting": Sign(_("Posting"), "accent", "loader"),
    "posted": Sign(_("Posted"), "good", "circle-check"),
    "discarded": Sign(_("Discarded"), "", "circle-x"),
}

# Why a would-be bill is looked at: billing.domain.exceptions.Reason.
REASONS = {
    "failed": Sign(_("Cannot be billed"), "bad", "circle-alert"),
    "held": Sign(_("Held back"), "warn", "circle-pause"),
    "negative": Sign(_("Negative"), "warn", "arrow-down-right"),
    "zero": Sign(_("Zero"), "", "circle-minus"),
    "above": Sign(_("Above the amount"), "warn", "arrow-up-right"),
    "more": Sign(_("More than double"), "warn", "arrow-up-right"),
    "less": Sign(_("Less than half"), "warn", "arrow-down-right"),
    "first": Sign(_("First bill"), "", "circle-plus"),
}

MESSAGES = {
    "queued": Sign(_("Waiting"), "", "clock"),
    "sending": Sign(_("Sending"), "accent", "loader"),
    "sent": Sign(_("Sent"), "good", "circle-check"),
    "failed": Sign(_("Failed"), "bad", "circle-x"),
    "bounced": Sign(_("Bounced"), "bad", "undo-2"),
    "cancelled": Sign(_("Cancelled"), "", "ban"),
}

TICKET_TOPICS = {
    "fault": _("Fault"),
    "bill": _("Bill"),
    "contract": _("Contract"),
    "details": _("Details"),
    "other": _("Other"),
}

TICKETS = {
    "open": Sign(_("Our turn"), "warn", "message-square"),
    "waiting": Sign(_("The customer's turn"), "", "clock"),
    "solved": Sign(_("Solved"), "good", "circle-check"),
}
