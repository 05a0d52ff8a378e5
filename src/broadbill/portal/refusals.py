"""What operations refuse, in the customer's words: an operation's own words are for the office."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from broadbill.core.errors import DomainError

# By code; fields of the error fill in what is in braces.
REFUSALS = {
    "prepaid.code_mistyped": _("This is not a voucher code. Please check it: it looks like {example}."),
    "prepaid.too_many_wrong_codes": _("Too many wrong codes. Try again in {minutes} minutes."),
    "prepaid.voucher_unknown": _("There is no voucher with this code. Please check it against the card."),
    "prepaid.voucher_not_sold": _("This voucher has not been sold yet. Ask where you got it."),
    "prepaid.voucher_blocked": _("This voucher is blocked. Ask where you got it."),
    "prepaid.voucher_expired": _("This voucher is not valid any more."),
    "prepaid.voucher_already_redeemed": _("This voucher was redeemed already."),
    "prepaid.voucher_not_for_this": _(
        "This voucher cannot be redeemed for your account. Ask where you got it."
    ),
    "payments.charge_under_way": _("Another payment is under way. Wait until it has ended."),
    "payments.charge_refused": _("Nothing was charged. Choose another card, or ask us."),
    "payments.idempotency_key_reused": _("This form was used already. Open a fresh one."),
    "payments.dispute_refused": _(
        "This line is disputed already, or there is nothing of it left to dispute."
    ),
    "payments.refund_refused": _("That is more than can be paid back that way. Choose less, or another way."),
    "support.nothing_said": _("Write a subject and a message."),
}


def in_words(refusal: DomainError) -> str:
    """A sentence in the customer's language, which never shows what only the office may read."""
    words = REFUSALS.get(refusal.code)
    if words is None:
        return _t("That is not possible at the moment. Please ask us.")
    fields: dict[str, Any] = vars(refusal)
    return str(words).format(**fields)
