"""Stripe's objects in our words: what the API answers is read here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import stripe

from broadbill.payments.adapters.stripe_amounts import from_stripe
from broadbill.payments.domain.gateway import (
    ChargeRequest,
    ChargeSeen,
    MethodSeen,
    Movement,
    Outcome,
    RefundSeen,
)

# Stripe's decline codes (Stripe docs, "Decline codes") in our words. What is not here is `refused`, and never retried:
# card networks fine those who ask again after a no that is meant for good.
DECLINED: Final[Mapping[str, str]] = {
    "insufficient_funds": "insufficient_funds",
    "generic_decline": "do_not_honour",
    "do_not_honor": "do_not_honour",
    "call_issuer": "do_not_honour",
    "no_action_taken": "do_not_honour",
    # The error's own code, where the bank gave no reason.
    "card_declined": "do_not_honour",
    "card_velocity_exceeded": "limit_exceeded",
    "withdrawal_count_limit_exceeded": "limit_exceeded",
    "processing_error": "processing_error",
    "reenter_transaction": "processing_error",
    "issuer_not_available": "processing_error",
    "try_again_later": "processing_error",
    "authentication_required": "authentication_needed",
    "payment_intent_authentication_failure": "authentication_failed",
    "setup_intent_authentication_failure": "authentication_failed",
    "expired_card": "expired_card",
    "stolen_card": "stolen_card",
    "lost_card": "stolen_card",
    "pickup_card": "stolen_card",
    "incorrect_number": "account_closed",
    "invalid_number": "account_closed",
    "invalid_account": "account_closed",
    "new_account_information_available": "account_closed",
    # The customer told their bank that nothing more is to be taken.
    "revocation_of_authorization": "no_mandate",
    "revocation_of_all_authorizations": "no_mandate",
    # For this payment, or this card here: the method is kept, the payment not asked for again.
    "stop_payment_order": "refused",
    "transaction_not_allowed": "refused",
    "card_not_supported": "refused",
    "restricted_card": "refused",
    "fraudulent": "refused",
}
# What balance transactions are (Stripe docs, "Balance transaction types"); those not named are `other`.
MOVES: Final = {"charge": "charge", "payment": "charge", "refund": "refund", "payment_refund": "refund",
                "stripe_fee": "fee", "payout": "payout", "payout_cancel": "payout",
                "payout_failure": "payout"}  # fmt: skip


def read_page(session: Any) -> ChargeSeen:
    """The charge of a Checkout session in payment mode."""
    if session.payment_intent is not None and session.payment_status == "paid":
        return read_charge(session.payment_intent)
    # Complete and not paid: by something slower than a card, whose outcome Stripe tells days later.
    outcome = {"expired": Outcome.DECLINED, "complete": Outcome.PENDING}.get(
        session.status, Outcome.CHALLENGE
    )
    return ChargeSeen(
        reference=session.id,
        key=key_of(session),
        outcome=outcome,
        amount=from_stripe(session.amount_total, session.currency),
        decline="abandoned" if outcome is Outcome.DECLINED else "",
        next_url=(session.url or "") if outcome is Outcome.CHALLENGE else "",
    )


def read_charge(intent: Any) -> ChargeSeen:
    outcome = {
        "succeeded": Outcome.SUCCEEDED,
        "processing": Outcome.PENDING,
        "requires_action": Outcome.CHALLENGE,
    }.get(intent.status, Outcome.DECLINED)
    decline, next_url = "", ""
    if outcome is Outcome.DECLINED:
        problem = getattr(intent, "last_payment_error", None)
        decline = "abandoned" if intent.status == "canceled" or problem is None else _code(problem)
    if outcome is Outcome.CHALLENGE and (there := getattr(intent.next_action, "redirect_to_url", None)):
        next_url = there.url
    return ChargeSeen(
        reference=intent.id,
        key=key_of(intent),
        outcome=outcome,
        amount=from_stripe(intent.amount, intent.currency),
        decline=decline,
        next_url=next_url,
    )


def read_decline(error: stripe.CardError, request: ChargeRequest) -> ChargeSeen:
    problem: Any = error.error
    intent = getattr(problem, "payment_intent", None)
    return ChargeSeen(
        reference=intent["id"] if intent else "",
        key=request.key,
        outcome=Outcome.DECLINED,
        amount=request.amount,
        decline=_code(problem),
    )


def key_of(thing: Any) -> str:
    """Our key, which went along when it was asked for; empty on what was made elsewhere."""
    return noted(thing, "key")


def noted(thing: Any, name: str) -> str:
    return str(thing.metadata[name]) if thing.metadata and name in thing.metadata else ""


def _code(problem: Any) -> str:
    """One of DECLINES for what Stripe says: its decline code, or its error's."""
    code = getattr(problem, "decline_code", None) or getattr(problem, "code", None)
    return DECLINED.get(code or "", "refused")


def read_refund(refund: Any) -> RefundSeen:
    outcome = {"succeeded": Outcome.SUCCEEDED, "pending": Outcome.PENDING, "requires_action": Outcome.PENDING}
    return RefundSeen(
        reference=refund.id,
        key=key_of(refund),
        outcome=outcome.get(refund.status, Outcome.DECLINED),
        amount=from_stripe(refund.amount, refund.currency),
    )


def read_method(method: Any) -> MethodSeen:
    card = method.card
    return MethodSeen(
        customer=method.customer if isinstance(method.customer, str) else method.customer.id,
        reference=method.id,
        kind="card",
        brand=str(card["brand"]).capitalize(),
        last_four=card["last4"],
        expires_year=card["exp_year"],
        expires_month=card["exp_month"],
    )


def read_movement(row: Any) -> Movement:
    return Movement(
        reference=row.id,
        kind=_kind(row),
        source=_source(row.source),
        amount=from_stripe(row.amount, row.currency),
        fee=from_stripe(row.fee, row.currency),
        at=datetime.fromtimestamp(row.created, UTC),
    )


def _kind(row: Any) -> str:
    """A dispute takes money by an adjustment, and gives it back by another when it is won."""
    if row.type == "adjustment" and getattr(row.source, "object", "") == "dispute":
        return "dispute" if row.amount < 0 else "dispute_won"
    return MOVES.get(row.type, "other")


def _source(source: Any) -> str:
    """What we know it by: a charge by its PaymentIntent, everything else by its own id."""
    if source is None or isinstance(source, str):
        return source or ""
    if source.object != "charge":
        return str(source.id)
    return str(getattr(source, "payment_intent", None) or source.id)
