"""The sandbox: a gateway inside Broadbill, for demos, training and tests. No money moves.

Its test cards stand for what a real gateway does: approve, decline for each reason, ask the customer, fall silent
before or after the charge was made. It keeps its own tables, and answers as if it stood elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from broadbill.core.money import Currency, Money
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
from broadbill.payments.models import (
    SandboxCharge,
    SandboxDispute,
    SandboxMethod,
    SandboxPayout,
    SandboxRefund,
)

NAME: Final = "sandbox"
SIGNATURE: Final = "Sandbox-Signature"
# The test cards by the name they are chosen by: the decline each ends in, empty where it is approved.
CARDS: Final[Mapping[str, str]] = {
    "approve": "",
    "challenge": "",
    "timeout_before": "",
    "timeout_after": "",
    "insufficient_funds": "insufficient_funds",
    "do_not_honour": "do_not_honour",
    "expired_card": "expired_card",
    "stolen_card": "stolen_card",
    "account_closed": "account_closed",
    "processing_error": "processing_error",
}
BRANDS: Final = {card: ("Visa", f"{4240 + place}") for place, card in enumerate(CARDS)}
# What a dispute costs, in minor units.
DISPUTE_FEE: Final = 1500
# What a charge costs, in minor units.
CHARGE_FEE: Final = 25
PAGE: Final = "/sandbox/"


class Sandbox:
    """See `Gateway`. Its pages are those of `console.views.sandbox`."""

    name = NAME
    needs: tuple[str, ...] = ()

    def begin_setup(self, request: SetupRequest) -> SetupSeen:
        reference = f"sm_{_id(request.key)}"
        SandboxMethod.objects.get_or_create(
            reference=reference,
            defaults={
                "customer": request.customer or f"sc_{request.account}",
                "return_url": request.return_url,
            },
        )
        return self.read_setup(reference)

    def read_setup(self, reference: str) -> SetupSeen:
        method = SandboxMethod.objects.filter(pk=reference).first()
        if method is None:
            raise GatewayRefused(gateway=NAME, reason=f"it has no method {reference}")
        if method.card is None:
            return SetupSeen(
                reference=reference, outcome=Outcome.CHALLENGE, next_url=f"{PAGE}save/{reference}/"
            )
        return SetupSeen(
            reference=reference,
            outcome=Outcome.SUCCEEDED,
            method=self.read_method(reference),
            account=method.customer.removeprefix("sc_"),
        )

    def charge(self, request: ChargeRequest) -> ChargeSeen:
        if earlier := SandboxCharge.objects.filter(key=request.key).first():
            return _seen(earlier)
        method = SandboxMethod.objects.filter(pk=request.method).first() if request.method else None
        if request.method and (method is None or method.forgotten):
            raise GatewayRefused(gateway=NAME, reason=f"it has no method {request.method}")
        card = method.card if method else None
        if card == "timeout_before":
            raise OutcomeUnknown("the sandbox fell silent before it charged")
        outcome, decline = _outcome(card, off_session=request.off_session)
        made, _ = SandboxCharge.objects.get_or_create(
            key=request.key,
            defaults={
                "reference": f"sx_{_id(request.key)}",
                "method": request.method,
                "amount": request.amount.minor,
                "currency": request.amount.currency.code,
                "outcome": outcome,
                "decline": decline,
                "return_url": request.return_url,
                "made_at": timezone.now(),
            },
        )
        if card == "timeout_after":
            raise OutcomeUnknown("the sandbox fell silent after it charged")
        return _seen(made)

    def find_charge(self, *, key: str, reference: str, customer: str = "") -> ChargeSeen | None:
        del customer
        found = (
            SandboxCharge.objects.filter(pk=reference) if reference else SandboxCharge.objects.filter(key=key)
        )
        charge = found.first()
        return _seen(charge) if charge else None

    def cancel_charge(self, reference: str) -> ChargeSeen:
        SandboxCharge.objects.filter(pk=reference, outcome=Outcome.CHALLENGE).update(
            outcome=Outcome.DECLINED, decline="abandoned"
        )
        return _seen(SandboxCharge.objects.get(pk=reference))

    @transaction.atomic
    def refund(self, request: RefundRequest) -> RefundSeen:
        charge = SandboxCharge.objects.select_for_update().get(pk=request.charge)
        earlier = SandboxRefund.objects.filter(key=request.key).first()
        if earlier is None:
            given = sum(charge.refunds.values_list("amount", flat=True))
            if charge.outcome != Outcome.SUCCEEDED or given + request.amount.minor > charge.amount:
                raise GatewayRefused(gateway=NAME, reason="more than what is left of the charge")
            earlier = SandboxRefund.objects.create(
                reference=f"sr_{_id(request.key)}",
                key=request.key,
                charge=charge,
                amount=request.amount.minor,
                made_at=timezone.now(),
            )
        return _refund_seen(earlier, charge.currency)

    def find_refund(self, *, key: str, reference: str, charge: str) -> RefundSeen | None:
        del charge
        found = (
            SandboxRefund.objects.filter(pk=reference) if reference else SandboxRefund.objects.filter(key=key)
        )
        refund = found.select_related("charge").first()
        return _refund_seen(refund, refund.charge.currency) if refund else None

    def read_dispute(self, reference: str) -> DisputeSeen | None:
        dispute = SandboxDispute.objects.filter(pk=reference).select_related("charge").first()
        if dispute is None:
            return None
        currency = Currency.of(dispute.charge.currency)
        return DisputeSeen(
            reference=reference,
            charge=dispute.charge_id,
            amount=Money(dispute.amount, currency),
            fee=Money(DISPUTE_FEE, currency),
            reason="fraudulent",
            state=dispute.state,
        )

    def read_method(self, reference: str) -> MethodSeen | None:
        method = SandboxMethod.objects.filter(pk=reference, forgotten=False).exclude(card=None).first()
        if method is None or method.card is None:
            return None
        brand, last_four = BRANDS[method.card]
        return MethodSeen(
            customer=method.customer, reference=reference, kind="card", brand=brand, last_four=last_four,
            expires_year=2030, expires_month=12,
        )  # fmt: skip

    def forget_method(self, reference: str) -> None:
        SandboxMethod.objects.filter(pk=reference).update(forgotten=True)

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> list[News]:
        del now
        if not hmac.compare_digest(headers.get(SIGNATURE, ""), sign(body)):
            raise WebhookRefused(gateway=NAME, reason="its signature is wrong")
        told = json.loads(body)
        return [News(event=told["event"], kind=NewsKind(told["kind"]), reference=told["reference"])]

    def movements(self, *, since: datetime, until: datetime) -> Iterator[Movement]:
        within = {"made_at__gte": since, "made_at__lt": until}
        charges = SandboxCharge.objects.filter(outcome=Outcome.SUCCEEDED, **within)
        refunds = SandboxRefund.objects.filter(**within).select_related("charge")
        disputes = SandboxDispute.objects.filter(**within).select_related("charge")
        won = SandboxDispute.objects.filter(won_at__gte=since, won_at__lt=until).select_related("charge")
        payouts = SandboxPayout.objects.filter(**within)
        found = [
            *(_moved("charge", row, row.amount, row.currency, row.made_at, CHARGE_FEE) for row in charges),
            *(_moved("refund", row, -row.amount, row.charge.currency, row.made_at) for row in refunds),
            *(
                _moved("dispute", row, -row.amount, row.charge.currency, row.made_at, DISPUTE_FEE)
                for row in disputes
            ),
            *(_moved("dispute_won", row, row.amount, row.charge.currency, row.won_at) for row in won),
            *(_moved("payout", row, -row.amount, row.currency, row.made_at) for row in payouts),
        ]
        yield from sorted(found, key=lambda movement: movement.at)


def sign(body: bytes) -> str:
    """The signature of a webhook: HMAC-SHA256 with a key that only this home has."""
    key = hashlib.sha256(b"sandbox" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def _outcome(card: str | None, *, off_session: bool) -> tuple[Outcome, str]:
    if card is None:
        return Outcome.CHALLENGE, ""
    if card == "challenge":
        return (Outcome.DECLINED, "authentication_needed") if off_session else (Outcome.CHALLENGE, "")
    decline = CARDS[card]
    return (Outcome.DECLINED, decline) if decline else (Outcome.SUCCEEDED, "")


def _seen(charge: SandboxCharge) -> ChargeSeen:
    outcome = Outcome(charge.outcome)
    return ChargeSeen(
        reference=charge.reference,
        key=charge.key,
        outcome=outcome,
        amount=Money(charge.amount, Currency.of(charge.currency)),
        decline=charge.decline,
        next_url=f"{PAGE}pay/{charge.reference}/" if outcome is Outcome.CHALLENGE else "",
    )


def _refund_seen(refund: SandboxRefund, currency: str) -> RefundSeen:
    amount = Money(refund.amount, Currency.of(currency))
    return RefundSeen(reference=refund.reference, key=refund.key, outcome=Outcome.SUCCEEDED, amount=amount)


def _moved(
    kind: str,
    row: SandboxCharge | SandboxRefund | SandboxDispute | SandboxPayout,
    amount: int,
    currency: str,
    at: datetime | None,
    fee: int = 0,
) -> Movement:
    assert at is not None
    of = Currency.of(currency)
    return Movement(
        reference=f"{kind}:{row.reference}",
        kind=kind,
        source=row.reference,
        amount=Money(amount, of),
        fee=Money(fee, of),
        at=at,
    )


def _id(key: str) -> str:
    return hashlib.sha256(f"{settings.SECRET_KEY} {key}".encode()).hexdigest()[:24]
