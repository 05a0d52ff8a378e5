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

# How money is taken; a voucher's came when it was sold.
METHODS = {"cash": _("Cash"), "cheque": _("Cheque"), "transfer": _("Bank transfer")}
CAME_BY = {**METHODS, "voucher": _("Voucher"), "card": _("Card")}

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

MESSAGES = {
    "queued": Sign(_("Waiting"), "", "clock"),
    "sending": Sign(_("Sending"), "accent", "loader"),
    "sent": Sign(_("Sent"), "good", "circle-check"),
    "failed": Sign(_("Failed"), "bad", "circle-x"),
    "bounced": Sign(_("Bounced"), "bad", "undo-2"),
    "cancelled": Sign(_("Cancelled"), "", "ban"),
}
