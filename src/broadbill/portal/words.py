"""What the portal calls the states and kinds that the records store: words for people who pay bills."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

# A booking: its word and its icon.
BOOKINGS = {
    "invoice": (_("Bill"), "receipt-text"),
    "credit_note": (_("Credit note"), "receipt-text"),
    "payment": (_("Payment"), "banknote"),
    "reversal": (_("Payment taken back"), "undo-2"),
    "refund": (_("Refund"), "banknote"),
    "chargeback": (_("Card payment taken back"), "undo-2"),
    "opening": (_("Balance brought along"), "receipt-text"),
    "write_off": (_("No longer asked for"), "circle-minus"),
    "recovery": (_("Asked for again"), "undo-2"),
}
OTHER_BOOKING = (_("Booking"), "receipt-text")

CAME_BY = {
    "cash": _("cash"),
    "cheque": _("cheque"),
    "transfer": _("bank transfer"),
    "voucher": _("voucher"),
    "card": _("card"),
    "direct_debit": _("direct debit"),
}

# A service's state: its word, its tone, its icon.
SERVICE = {
    "active": (_("Active"), "good", "circle-check"),
    "suspended": (_("Stopped for now"), "warn", "circle-pause"),
    "to_come": (_("To come"), "accent", "clock"),
    "ended": (_("Ended"), "", "circle-x"),
}

# What a customer writes about.
TOPICS = {
    "fault": _("Something does not work"),
    "bill": _("A bill"),
    "contract": _("My plan or contract"),
    "details": _("My details"),
    "other": _("Something else"),
}

# What needs a yes first (accounts.domain.choices.ConsentKind). These words are kept with the consent.
CONSENTS = {
    "offers_by_email": _("You may send me offers by e-mail."),
    "offers_by_phone": _("You may call or text me about offers."),
}

# Letters that only help (accounts.domain.choices.OPTIONAL_LETTERS).
LETTERS = {
    "allowance": _("When I have used most of my allowance"),
    "wallet_low": _("When my prepaid credit runs out"),
    "card_ends": _("When my card is about to expire"),
}

PASSWORD_FIELDS = {
    "old_password": _("Password until now"),
    "new_password1": _("New password"),
    "new_password2": _("The same again"),
}

# States of what customers ask for: their word, tone and icon.
TICKETS = {
    "open": (_("With us"), "accent", "clock"),
    "waiting": (_("Answered"), "warn", "message-square"),
    "solved": (_("Solved"), "good", "circle-check"),
}
DISPUTES = {
    "open": (_("We look into it"), "accent", "clock"),
    "upheld": (_("You were right: taken off"), "good", "circle-check"),
    "refused": (_("The line is right"), "", "circle-x"),
}
REFUNDS = {
    "requested": (_("We look at it"), "accent", "clock"),
    "sending": (_("On its way"), "accent", "send"),
    "paid": (_("Paid back"), "good", "circle-check"),
    "refused": (_("Not agreed to"), "", "circle-x"),
}

# Whether service is on (portal/status.py).
STATUS = {
    "on": (_("On"), "good", "circle-check"),
    "out": (_("Outage"), "bad", "zap"),
    "slow": (_("Slowed down"), "warn", "triangle-alert"),
    "walled": (_("Restricted"), "bad", "circle-pause"),
    "off": (_("Off"), "bad", "circle-pause"),
    "to_come": (_("To come"), "accent", "clock"),
}

PERIODS = {
    "day": _("a day"),
    "week": _("a week"),
    "month": _("a month"),
    "quarter": _("a quarter"),
    "year": _("a year"),
}

# Why a card was declined (payments.domain.gateway.DECLINES), and what helps.
DECLINES = {
    "insufficient_funds": _("There is not enough money on the card. Try another one."),
    "do_not_honour": _("Your bank said no without a reason. Ask your bank, or try another card."),
    "limit_exceeded": _("The card's limit is reached. Try another one."),
    "processing_error": _("Your bank could not be asked. Try again in a few minutes."),
    "authentication_needed": _("Your bank wants you to confirm the payment. Try again and confirm it."),
    "authentication_failed": _("The payment was not confirmed. Try again and confirm it."),
    "abandoned": _("The payment was not finished. Try again."),
    "expired_card": _("The card has expired. Add your new one."),
    "stolen_card": _("Your bank does not allow this card. Try another one."),
    "account_closed": _("The card's account is closed. Try another card."),
    "no_mandate": _("There is no mandate. Pay by card."),
    "refused": _("The payment was refused. Try another card."),
    "never_reached": _("Your bank was not reached. Try again."),
}
OTHER_DECLINE = _("The payment was refused. Try another card.")
