"""Stripe, through its official library. Cards are typed in on Stripe's Checkout page: SAQ A, no script of others here.

Source: Stripe API reference, "Idempotent requests", "Payment Intents", "Checkout Sessions", "Disputes", "Webhooks".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import stripe
from django.conf import settings

from broadbill.payments.adapters.stripe_amounts import from_stripe, to_stripe
from broadbill.payments.adapters.stripe_read import (
    key_of,
    noted,
    read_charge,
    read_decline,
    read_method,
    read_movement,
    read_page,
    read_refund,
)
from broadbill.payments.adapters.whose import account_of, signed
from broadbill.payments.domain.gateway import (
    ChargeRequest,
    ChargeSeen,
    DisputeSeen,
    GatewayRefused,
    MethodSeen,
    Movement,
    News,
    NewsKind,
    Outcome,
    OutcomeUnknown,
    RefundRequest,
    RefundSeen,
    SetupRequest,
    SetupSeen,
    WebhookRefused,
)

NAME: Final = "stripe"
SECONDS_TO_ANSWER: Final = 25
# How old a webhook's signature may be, against replays.
SIGNATURE_LASTS_SECONDS: Final = 300
# As many as Stripe lists at once.
PAGE: Final = 100

NEWS: Final = (
    ("payment_intent.", NewsKind.CHARGE),
    ("checkout.session.", NewsKind.CHARGE),
    ("refund.", NewsKind.REFUND),
    ("charge.dispute.", NewsKind.DISPUTE),
    ("payment_method.", NewsKind.METHOD),
)

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


def _answers(
    call: Callable[Concatenate[Stripe, P], R],
) -> Callable[Concatenate[Stripe, P], R]:
    """No answer, or one that says neither yes nor no, is an unknown outcome; a no is a refusal."""

    @wraps(call)
    def calling(self: Stripe, /, *arguments: P.args, **named: P.kwargs) -> R:
        try:
            return call(self, *arguments, **named)
        except (stripe.InvalidRequestError, stripe.AuthenticationError, stripe.PermissionError) as error:
            raise GatewayRefused(
                gateway=NAME, reason=error.user_message or error.code or "the request"
            ) from error
        except stripe.StripeError as error:
            # So is 429: Stripe turns requests away before and after it took them up, and asking later tells. And a key
            # that was used for another request (IdempotencyError): that one may have been done.
            raise OutcomeUnknown(f"Stripe: {type(error).__name__}") from error

    return calling


class Stripe:
    """See `Gateway`. A charge's reference is its PaymentIntent's, or the Checkout session's while none was paid."""

    name = NAME
    needs: tuple[str, ...] = ("STRIPE_KEY", "STRIPE_WEBHOOK_SECRET")

    def __init__(self) -> None:
        self.client = stripe.StripeClient(
            settings.STRIPE_KEY,
            http_client=stripe.RequestsClient(timeout=SECONDS_TO_ANSWER),
            # A retry of our own asks first what became of the key.
            max_network_retries=0,
            base_addresses={"api": settings.STRIPE_ADDRESS or stripe.DEFAULT_API_BASE},
        )

    @_answers
    def begin_setup(self, request: SetupRequest) -> SetupSeen:
        customer = request.customer or self._new_customer(request)
        asked: Any = {
            "mode": "setup",
            "customer": customer,
            "payment_method_types": ["card"],
            "metadata": {"account": signed(request.account)},
            "success_url": request.return_url,
            "cancel_url": request.return_url,
        }
        session = self.client.v1.checkout.sessions.create(asked, {"idempotency_key": request.key})
        return SetupSeen(reference=session.id, outcome=Outcome.CHALLENGE, next_url=session.url or "")

    @_answers
    def read_setup(self, reference: str) -> SetupSeen:
        session = self.client.v1.checkout.sessions.retrieve(
            reference, {"expand": ["setup_intent.payment_method"]}
        )
        intent: Any = session.setup_intent
        if session.status != "complete" or intent is None or intent.payment_method is None:
            return SetupSeen(reference=reference, outcome=Outcome.CHALLENGE, next_url=session.url or "")
        return SetupSeen(
            reference=reference,
            outcome=Outcome.SUCCEEDED,
            method=read_method(intent.payment_method),
            account=account_of(noted(session, "account")),
        )

    @_answers
    def charge(self, request: ChargeRequest) -> ChargeSeen:
        if not request.method:
            return self._charge_on_page(request)
        asked: Any = {
            "amount": to_stripe(request.amount),
            "currency": request.amount.currency.code.lower(),
            "customer": request.customer,
            "payment_method": request.method,
            "confirm": True,
            "off_session": request.off_session,
            "description": request.description,
            "metadata": {"key": request.key},
        }
        if request.return_url and not request.off_session:
            asked["return_url"] = request.return_url
        try:
            intent = self.client.v1.payment_intents.create(asked, {"idempotency_key": request.key})
        except stripe.CardError as error:
            return read_decline(error, request)
        return read_charge(intent)

    @_answers
    def find_charge(self, *, key: str, reference: str, customer: str = "") -> ChargeSeen | None:
        if reference.startswith("cs_"):
            session = _or_none(lambda: self._session(reference))
            # One that saves a card is no charge.
            return read_page(session) if session and session.mode == "payment" else None
        if reference:
            return _or_none(lambda: read_charge(self.client.v1.payment_intents.retrieve(reference)))
        if not customer:
            return None
        # A list is always up to date; Stripe's search is not.
        made = self.client.v1.payment_intents.list({"customer": customer, "limit": PAGE})
        return next(
            (read_charge(intent) for intent in made.auto_paging_iter() if key_of(intent) == key), None
        )

    @_answers
    def cancel_charge(self, reference: str) -> ChargeSeen:
        try:
            if reference.startswith("cs_"):
                self.client.v1.checkout.sessions.expire(reference)
                return read_page(self._session(reference))
            return read_charge(self.client.v1.payment_intents.cancel(reference))
        except stripe.InvalidRequestError:
            # It was paid meanwhile, or is given up already.
            if reference.startswith("cs_"):
                return read_page(self._session(reference))
            return read_charge(self.client.v1.payment_intents.retrieve(reference))

    @_answers
    def refund(self, request: RefundRequest) -> RefundSeen:
        refund = self.client.v1.refunds.create(
            {
                "payment_intent": request.charge,
                "amount": to_stripe(request.amount),
                "metadata": {"key": request.key},
            },
            {"idempotency_key": request.key},
        )
        return read_refund(refund)

    @_answers
    def find_refund(self, *, key: str, reference: str, charge: str) -> RefundSeen | None:
        if reference:
            return _or_none(lambda: read_refund(self.client.v1.refunds.retrieve(reference)))
        made = self.client.v1.refunds.list({"payment_intent": charge, "limit": PAGE})
        return next(
            (read_refund(refund) for refund in made.auto_paging_iter() if key_of(refund) == key), None
        )

    @_answers
    def read_dispute(self, reference: str) -> DisputeSeen | None:
        """An inquiry (`warning_…`) takes no money: there is no dispute of it yet."""
        dispute: Any = _or_none(lambda: self.client.v1.disputes.retrieve(reference))
        if dispute is None or dispute.status.startswith("warning_"):
            return None
        fee = sum(transaction.fee for transaction in dispute.balance_transactions)
        return DisputeSeen(
            reference=reference,
            charge=dispute.payment_intent,
            amount=from_stripe(dispute.amount, dispute.currency),
            fee=from_stripe(max(fee, 0), dispute.currency),
            reason=dispute.reason,
            state=dispute.status if dispute.status in ("won", "lost") else "open",
        )

    @_answers
    def read_method(self, reference: str) -> MethodSeen | None:
        method = _or_none(lambda: self.client.v1.payment_methods.retrieve(reference))
        return read_method(method) if method and method.customer else None

    @_answers
    def forget_method(self, reference: str) -> None:
        self.client.v1.payment_methods.detach(reference)

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> list[News]:
        del now  # the library compares the signature's age with its own clock
        signature = headers.get("Stripe-Signature", "")
        try:
            event = stripe.Webhook.construct_event(
                body, signature, settings.STRIPE_WEBHOOK_SECRET, tolerance=SIGNATURE_LASTS_SECONDS
            )
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise WebhookRefused(gateway=NAME, reason="its signature is wrong or too old") from error
        kind = next((kind for begins, kind in NEWS if event.type.startswith(begins)), NewsKind.OTHER)
        told = event.data.object
        if event.type.startswith("checkout.session.") and told["mode"] == "setup":
            kind = NewsKind.SETUP
        return [News(event=event.id, kind=kind, reference=told["id"])]

    @_answers
    def movements(self, *, since: datetime, until: datetime) -> Iterator[Movement]:
        asked: Any = {
            "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
            "limit": 100,
            # The charge names its PaymentIntent, by which we know it.
            "expand": ["data.source"],
        }
        found = self.client.v1.balance_transactions.list(asked)
        rows = [read_movement(row) for row in found.auto_paging_iter()]
        return iter(sorted(rows, key=lambda movement: movement.at))

    def _new_customer(self, request: SetupRequest) -> str:
        customer = self.client.v1.customers.create(
            {"name": request.name, "email": request.email, "metadata": {"account": request.account}},
            {"idempotency_key": f"{request.key}-customer"},
        )
        return customer.id

    def _charge_on_page(self, request: ChargeRequest) -> ChargeSeen:
        asked: Any = {
            "mode": "payment",
            # What takes days to come in would let nobody be charged meanwhile.
            "payment_method_types": ["card"],
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": request.amount.currency.code.lower(),
                        "unit_amount": to_stripe(request.amount),
                        "product_data": {"name": request.description},
                    },
                }
            ],
            "success_url": request.return_url,
            "cancel_url": request.return_url,
            "metadata": {"key": request.key},
            "payment_intent_data": {"metadata": {"key": request.key}},
        }
        session = self.client.v1.checkout.sessions.create(asked, {"idempotency_key": request.key})
        return ChargeSeen(
            reference=session.id,
            key=request.key,
            outcome=Outcome.CHALLENGE,
            amount=request.amount,
            next_url=session.url or "",
        )

    def _session(self, reference: str) -> Any:
        return self.client.v1.checkout.sessions.retrieve(reference, {"expand": ["payment_intent"]})


def _or_none(ask: Callable[[], T]) -> T | None:
    """What is asked for, None where Stripe has no such thing; other refusals stay."""
    try:
        return ask()
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            return None
        raise
