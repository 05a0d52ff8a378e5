"""GoCardless, through its official library: bank debits by mandate, given on GoCardless's own pages.

A debit is pending for days, then confirmed; later it may still fail or be charged back, which is a dispute here.
Source: GoCardless API reference, version 2015-07-06: "Billing Requests", "Payments", "Refunds", "Payout items",
"Events".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import gocardless_pro
import requests
from django.conf import settings
from gocardless_pro import errors, webhooks

from broadbill.core.money import Currency, Money
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

NAME: Final = "gocardless"
SECONDS_TO_ANSWER: Final = 25
PAGE: Final = 500
CHARGES: Final = {
    "confirmed": Outcome.SUCCEEDED, "paid_out": Outcome.SUCCEEDED,
    # The money came; that it went again is a dispute.
    "charged_back": Outcome.SUCCEEDED,
    "failed": Outcome.DECLINED, "cancelled": Outcome.DECLINED, "customer_approval_denied": Outcome.DECLINED,
}  # fmt: skip
REFUNDS: Final = {
    "paid": Outcome.SUCCEEDED, "failed": Outcome.DECLINED, "bounced": Outcome.DECLINED,
    "funds_returned": Outcome.DECLINED, "cancelled": Outcome.DECLINED,
}  # fmt: skip
# An event's cause (GoCardless API reference, "Event details") in our words; others are `refused`.
CAUSES: Final = {
    "insufficient_funds": "insufficient_funds",
    "refer_to_payer": "do_not_honour",
    "bank_account_closed": "account_closed",
    "bank_account_transferred": "account_closed",
    "invalid_bank_details": "account_closed",
    "mandate_cancelled": "no_mandate",
    "mandate_expired": "no_mandate",
    "authorisation_disputed": "no_mandate",
    "customer_approval_denied": "authentication_failed",
    "payment_cancelled": "abandoned",
}
USABLE: Final = frozenset({"pending_customer_approval", "pending_submission", "submitted", "active"})
TAKEN_BACK: Final = frozenset(
    {"charged_back", "chargeback_cancelled", "chargeback_settled", "late_failure_settled"}
)
ITEMS: Final = {
    "payment_paid_out": "charge",
    "payment_failed": "dispute",
    "payment_charged_back": "dispute",
    "payment_refunded": "refund",
    "refund": "refund",
}

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


def _answers(call: Callable[Concatenate[GoCardless, P], R]) -> Callable[Concatenate[GoCardless, P], R]:
    """No answer, or one that says neither yes nor no, is an unknown outcome; a no is a refusal."""

    @wraps(call)
    def calling(self: GoCardless, /, *arguments: P.args, **named: P.kwargs) -> R:
        try:
            return call(self, *arguments, **named)
        except (
            errors.ValidationFailedError,
            errors.InvalidApiUsageError,
            errors.InvalidStateError,
            errors.AuthenticationError,
            errors.PermissionsError,
        ) as error:
            raise GatewayRefused(gateway=NAME, reason=error.message or "the request") from error
        except (errors.GoCardlessProError, requests.RequestException) as error:
            raise OutcomeUnknown(f"GoCardless: {type(error).__name__}") from error

    return calling


class GoCardless:
    """See `Gateway`. A method's reference is its mandate's, a dispute's that of the payment it takes back."""

    name = NAME
    needs: tuple[str, ...] = ("GOCARDLESS_TOKEN", "GOCARDLESS_WEBHOOK_SECRET")

    def __init__(self) -> None:
        token = settings.GOCARDLESS_TOKEN
        self.client: Any = gocardless_pro.Client(
            access_token=token,
            environment="sandbox" if token.startswith("sandbox_") else "live",
            base_url=settings.GOCARDLESS_ADDRESS or None,
            timeout=SECONDS_TO_ANSWER,
        )

    @_answers
    def begin_setup(self, request: SetupRequest) -> SetupSeen:
        asked = {
            "mandate_request": {"currency": request.currency},
            "metadata": {"account": signed(request.account)},
        }
        if request.customer:
            asked["links"] = {"customer": request.customer}
        begun = self.client.billing_requests.create(asked, headers=_once(request.key))
        flow = self.client.billing_request_flows.create(
            {
                "redirect_uri": request.return_url,
                "exit_uri": request.return_url,
                "links": {"billing_request": begun.id},
            },
            headers=_once(f"{request.key}-flow"),
        )
        return SetupSeen(reference=begun.id, outcome=Outcome.CHALLENGE, next_url=flow.authorisation_url)

    @_answers
    def read_setup(self, reference: str) -> SetupSeen:
        begun = self.client.billing_requests.get(reference).attributes
        if begun["status"] != "fulfilled":
            return SetupSeen(reference=reference, outcome=Outcome.CHALLENGE)
        return SetupSeen(
            reference=reference,
            outcome=Outcome.SUCCEEDED,
            method=self._method(begun["links"]["mandate_request_mandate"]),
            account=account_of((begun.get("metadata") or {}).get("account", "")),
        )

    @_answers
    def charge(self, request: ChargeRequest) -> ChargeSeen:
        if not request.method:
            raise GatewayRefused(gateway=NAME, reason="it takes money by a mandate only")
        payment = self.client.payments.create(
            {
                "amount": request.amount.minor,
                "currency": request.amount.currency.code,
                "description": request.description,
                "metadata": {"key": request.key},
                "links": {"mandate": request.method},
            },
            headers=_once(request.key),
        )
        return self._charge(payment.attributes)

    @_answers
    def find_charge(self, *, key: str, reference: str, customer: str = "") -> ChargeSeen | None:
        if reference:
            return _or_none(lambda: self._charge(self.client.payments.get(reference).attributes))
        if not customer:
            return None
        made = self.client.payments.all({"customer": customer, "limit": PAGE})
        return next((self._charge(one.attributes) for one in made if _key(one.attributes) == key), None)

    @_answers
    def cancel_charge(self, reference: str) -> ChargeSeen:
        try:
            return self._charge(self.client.payments.cancel(reference).attributes)
        except errors.InvalidStateError:
            # It is with the bank already, or is over.
            return self._charge(self.client.payments.get(reference).attributes)

    @_answers
    def refund(self, request: RefundRequest) -> RefundSeen:
        if earlier := self._refund_with(request.key, request.charge):
            return earlier
        payment = self.client.payments.get(request.charge).attributes
        refund = self.client.refunds.create(
            {
                "amount": request.amount.minor,
                # GoCardless's own guard against refunding twice.
                "total_amount_confirmation": payment["amount_refunded"] + request.amount.minor,
                "metadata": {"key": request.key},
                "links": {"payment": request.charge},
            },
            headers=_once(request.key),
        )
        return _refund(refund.attributes)

    @_answers
    def find_refund(self, *, key: str, reference: str, charge: str) -> RefundSeen | None:
        if reference:
            return _or_none(lambda: _refund(self.client.refunds.get(reference).attributes))
        return self._refund_with(key, charge)

    @_answers
    def read_dispute(self, reference: str) -> DisputeSeen | None:
        """A payment that failed late is lost; a chargeback is open until it is cancelled, which pays again."""
        found = _or_none(lambda: self.client.payments.get(reference))
        if found is None:
            return None
        payment = found.attributes
        state = {"charged_back": "open", "failed": "lost", "confirmed": "won", "paid_out": "won"}
        if payment["status"] not in state:
            return None
        amount = _money(payment)
        return DisputeSeen(
            reference=reference,
            charge=reference,
            amount=amount,
            fee=amount.currency.zero,
            reason="failed after it was confirmed" if payment["status"] == "failed" else "charged back",
            state=state[payment["status"]],
        )

    @_answers
    def read_method(self, reference: str) -> MethodSeen | None:
        return _or_none(lambda: self._method(reference))

    @_answers
    def forget_method(self, reference: str) -> None:
        try:
            self.client.mandates.cancel(reference)
        except errors.InvalidStateError:
            # It is over already.
            return

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> list[News]:
        """The signature has no time: what is sent again is known by its events."""
        del now
        try:
            told = webhooks.parse(
                body, settings.GOCARDLESS_WEBHOOK_SECRET, headers.get("Webhook-Signature", "")
            )
        except (errors.InvalidSignatureError, ValueError, KeyError) as error:
            raise WebhookRefused(gateway=NAME, reason="its signature is wrong") from error
        return [_news(event.attributes) for event in told]

    @_answers
    def movements(self, *, since: datetime, until: datetime) -> list[Movement]:
        """GoCardless tells of money with the payout it is in. Fees are what the payout is less than its other items."""
        within = {"created_at[gte]": since.isoformat(), "created_at[lt]": until.isoformat(), "limit": PAGE}
        found = [one for payout in self.client.payouts.all(within) for one in self._payout(payout.attributes)]
        return sorted(found, key=lambda movement: movement.at)

    def _payout(self, payout: dict[str, Any]) -> Iterator[Movement]:
        at = datetime.fromisoformat(payout["created_at"])
        of = Currency.of(payout["currency"])
        fee = -payout["amount"]
        for place, row in enumerate(self.client.payout_items.all({"payout": payout["id"], "limit": PAGE})):
            item = row.attributes
            if item["type"].endswith("_fee") or item["type"] == "revenue_share":
                continue
            amount = int(float(item["amount"]))
            fee += amount
            links = item["links"]
            yield Movement(
                reference=f"{payout['id']}/{place}",
                kind=ITEMS.get(item["type"], "other"),
                source=links.get("refund") or links.get("payment") or "",
                amount=Money(amount, of),
                fee=of.zero,
                at=at,
            )
        if fee:
            yield Movement(
                reference=f"{payout['id']}/fee",
                kind="fee",
                source="",
                amount=Money(-fee, of),
                fee=of.zero,
                at=at,
            )
        yield Movement(
            reference=payout["id"], kind="payout", source=payout["id"], amount=Money(-payout["amount"], of),
            fee=of.zero, at=at,
        )  # fmt: skip

    def _method(self, reference: str) -> MethodSeen | None:
        mandate = self.client.mandates.get(reference).attributes
        if mandate["status"] not in USABLE:
            return None
        account = self.client.customer_bank_accounts.get(mandate["links"]["customer_bank_account"]).attributes
        return MethodSeen(
            customer=mandate["links"]["customer"],
            reference=reference,
            kind="direct_debit",
            brand=account["bank_name"] or "",
            last_four=account["account_number_ending"],
        )

    def _charge(self, payment: dict[str, Any]) -> ChargeSeen:
        outcome = CHARGES.get(payment["status"], Outcome.PENDING)
        return ChargeSeen(
            reference=payment["id"],
            key=_key(payment),
            outcome=outcome,
            amount=_money(payment),
            decline=self._cause(payment["id"]) if outcome is Outcome.DECLINED else "",
        )

    def _cause(self, payment: str) -> str:
        """Why it came to nothing: only its events say so, the newest first."""
        for event in self.client.events.list({"payment": payment}).records:
            if event.attributes["action"] in ("failed", "cancelled", "customer_approval_denied"):
                return CAUSES.get(event.attributes["details"]["cause"], "refused")
        return "refused"

    def _refund_with(self, key: str, charge: str) -> RefundSeen | None:
        made = self.client.refunds.all({"payment": charge, "limit": PAGE})
        return next((_refund(one.attributes) for one in made if _key(one.attributes) == key), None)


def _or_none(ask: Callable[[], T]) -> T | None:
    """What is asked for, None where GoCardless has no such thing; other refusals stay."""
    try:
        return ask()
    except errors.InvalidApiUsageError as error:
        if error.code == 404:
            return None
        raise


def _once(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def _key(thing: dict[str, Any]) -> str:
    """Our key, which went along when it was asked for; empty on what was made elsewhere."""
    return str((thing.get("metadata") or {}).get("key", ""))


def _money(thing: dict[str, Any]) -> Money:
    return Money(thing["amount"], Currency.of(thing["currency"]))


def _refund(refund: dict[str, Any]) -> RefundSeen:
    return RefundSeen(
        reference=refund["id"],
        key=_key(refund),
        outcome=REFUNDS.get(refund["status"], Outcome.PENDING),
        amount=_money(refund),
    )


def _news(event: dict[str, Any]) -> News:
    links, kind, reference = event["links"], NewsKind.OTHER, ""
    match event["resource_type"]:
        case "payments":
            kind = NewsKind.DISPUTE if event["action"] in TAKEN_BACK else NewsKind.CHARGE
            reference = links["payment"]
        case "refunds":
            kind, reference = NewsKind.REFUND, links["refund"]
        case "mandates":
            kind, reference = NewsKind.METHOD, links["mandate"]
        case "billing_requests" if event["action"] == "fulfilled":
            kind, reference = NewsKind.SETUP, links["billing_request"]
    return News(event=event["id"], kind=kind, reference=reference)
