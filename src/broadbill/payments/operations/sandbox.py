"""What people do in the sandbox: choose a card, answer a challenge, dispute a charge; and how it tells its news."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from broadbill.core.money import Currency, Money
from broadbill.payments.adapters.gateways import gateway_named
from broadbill.payments.adapters.sandbox import CARDS, NAME, SIGNATURE, Sandbox, sign
from broadbill.payments.domain.gateway import Outcome
from broadbill.payments.models import SandboxCharge, SandboxDispute, SandboxMethod, SandboxPayout
from broadbill.payments.operations.webhooks import take_in_webhook


@dataclass(frozen=True, slots=True)
class SandboxPage:
    """What the sandbox's page shows: cards to choose from, for saving (no amount) or for paying once or confirming."""

    reference: str
    amount: Money | None
    is_challenge: bool
    cards: tuple[str, ...]


def saving_page(reference: str) -> SandboxPage | None:
    """The page on which a card is saved; None when there is no such one, or it is done. Raises: GatewayUnknown."""
    gateway_named(NAME)
    waiting = SandboxMethod.objects.filter(pk=reference, card=None).exists()
    return SandboxPage(reference, None, is_challenge=False, cards=tuple(CARDS)) if waiting else None


def paying_page(reference: str) -> SandboxPage | None:
    """The page on which a charge is confirmed or paid once; None when none waits. Raises: GatewayUnknown."""
    gateway_named(NAME)
    charge = SandboxCharge.objects.filter(pk=reference, outcome=Outcome.CHALLENGE).first()
    if charge is None:
        return None
    amount = Money(charge.amount, Currency.of(charge.currency))
    return SandboxPage(reference, amount, is_challenge=bool(charge.method), cards=tuple(CARDS))


def save_card(*, reference: str, card: str) -> str:
    """Choose a test card, and return where the customer goes back to. Raises: KeyError for an unknown card."""
    CARDS[card]
    method = SandboxMethod.objects.get(pk=reference)
    method.card = card
    method.save(update_fields=["card"])
    return method.return_url


def answer_charge(*, reference: str, card: str, copies: int, now: datetime) -> str:
    """Pay with a test card, or confirm (`approve`) or refuse; tell `copies` of the news; return where to go back to.

    Nobody hears of a charge that is told 0 times before somebody asks. Raises: KeyError for an unknown card.
    """
    decline = CARDS[card]
    SandboxCharge.objects.filter(pk=reference, outcome=Outcome.CHALLENGE).update(
        outcome=Outcome.DECLINED if decline else Outcome.SUCCEEDED, decline=decline
    )
    event = uuid.uuid4().hex
    for _ in range(copies):
        tell_news(kind="charge", reference=reference, event=event, now=now)
    return SandboxCharge.objects.values_list("return_url", flat=True).get(pk=reference)


def dispute_charge(*, reference: str, state: str, now: datetime) -> None:
    """Have the customer's bank take a charge back, or decide about it, and tell the news."""
    charge = SandboxCharge.objects.get(pk=reference)
    dispute, _ = SandboxDispute.objects.update_or_create(
        reference=f"sd_{reference}",
        defaults={"state": state, "won_at": now if state == "won" else None},
        create_defaults={
            "charge": charge,
            "amount": charge.amount,
            "state": state,
            "made_at": now,
            "won_at": now if state == "won" else None,
        },
    )
    tell_news(kind="dispute", reference=dispute.reference, event=uuid.uuid4().hex, now=now)


def pay_out(*, now: datetime) -> list[SandboxPayout]:
    """Pay out what is held in each currency, as a gateway does on its own account; a debt is kept for later."""
    held: dict[Currency, int] = {}
    for one in Sandbox().movements(since=datetime.min.replace(tzinfo=UTC), until=now):
        held[one.amount.currency] = held.get(one.amount.currency, 0) + one.amount.minor - one.fee.minor
    return [
        SandboxPayout.objects.create(
            reference=f"sp_{uuid.uuid4().hex[:24]}", amount=minor, currency=currency.code, made_at=now
        )
        for currency, minor in held.items()
        if minor > 0
    ]


def tell_news(*, kind: str, reference: str, event: str, now: datetime) -> None:
    """What a gateway's webhook does, signed as one."""
    body = json.dumps({"event": event, "kind": kind, "reference": reference}).encode()
    take_in_webhook(gateway=NAME, body=body, headers={SIGNATURE: sign(body)}, now=now)
