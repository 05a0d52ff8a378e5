"""What happens at each gateway's own end, so that one story can be told of all: `Sandbox`, Stripe and GoCardless."""

from __future__ import annotations

from typing import Any, Protocol

from broadbill.payments.models import SandboxDispute, SandboxMethod
from tests.payments.cards import news
from tests.standins import gocardless, stripe
from tests.world import at


class Elsewhere(Protocol):
    """The gateway's end. `clear`: the money of a charge comes, at once with cards. `kinds` name news of each kind."""

    name: str

    def save(self, setup: str) -> None: ...
    def clear(self, charge: str) -> None: ...
    def fall_silent(self, method: str, moment: str) -> None: ...
    def speak(self, method: str) -> None: ...
    def dispute(self, charge: str, amount: int) -> str: ...
    def win(self, charge: str, dispute: str) -> None: ...
    def webhook(self, kind: str, reference: str, event: str) -> tuple[bytes, dict[str, str]]: ...


class SandboxEnd:
    name = "sandbox"

    def save(self, setup: str) -> None:
        SandboxMethod.objects.filter(pk=setup).update(card="approve")

    def clear(self, charge: str) -> None:
        """It succeeded at once."""

    def fall_silent(self, method: str, moment: str) -> None:
        SandboxMethod.objects.filter(pk=method).update(card=f"timeout_{moment}")

    def speak(self, method: str) -> None:
        SandboxMethod.objects.filter(pk=method).update(card="approve")

    def dispute(self, charge: str, amount: int) -> str:
        made = SandboxDispute.objects.create(
            reference="sd_1", charge_id=charge, amount=amount, state="open", made_at=at("2026-01-20")
        )
        return made.reference

    def win(self, charge: str, dispute: str) -> None:
        SandboxDispute.objects.filter(pk=dispute).update(state="won")

    def webhook(self, kind: str, reference: str, event: str) -> tuple[bytes, dict[str, str]]:
        return news(kind, reference, event)


class StripeEnd:
    name = "stripe"

    def __init__(self, standin: stripe.StandIn, settings: Any) -> None:
        self.standin = standin
        settings.STRIPE_KEY, settings.STRIPE_WEBHOOK_SECRET = stripe.KEY, stripe.SECRET
        settings.STRIPE_ADDRESS = standin.address

    def save(self, setup: str) -> None:
        self.standin.save_card(setup, "approve")

    def clear(self, charge: str) -> None:
        """It succeeded at once."""

    def fall_silent(self, method: str, moment: str) -> None:
        self.standin.silence = moment

    def speak(self, method: str) -> None:
        self.standin.silence = ""

    def dispute(self, charge: str, amount: int) -> str:
        return self.standin.dispute(charge)

    def win(self, charge: str, dispute: str) -> None:
        self.standin.dispute(charge, status="won")

    def webhook(self, kind: str, reference: str, event: str) -> tuple[bytes, dict[str, str]]:
        told = {"charge": "payment_intent.succeeded", "refund": "refund.updated", "method": "payment_method.updated",
                "dispute": "charge.dispute.created", "setup": "checkout.session.completed"}  # fmt: skip
        return stripe.webhook(told[kind], reference, event, mode="setup")


class GoCardlessEnd:
    name = "gocardless"

    def __init__(self, standin: gocardless.StandIn, settings: Any) -> None:
        self.standin = standin
        settings.GOCARDLESS_TOKEN, settings.GOCARDLESS_WEBHOOK_SECRET = gocardless.TOKEN, gocardless.SECRET
        settings.GOCARDLESS_ADDRESS = standin.address

    def save(self, setup: str) -> None:
        self.standin.sign_mandate(setup)

    def clear(self, charge: str) -> None:
        self.standin.tell(charge, "confirmed")

    def fall_silent(self, method: str, moment: str) -> None:
        self.standin.silence = moment

    def speak(self, method: str) -> None:
        self.standin.silence = ""

    def dispute(self, charge: str, amount: int) -> str:
        self.standin.tell(charge, "charged_back")
        return charge

    def win(self, charge: str, dispute: str) -> None:
        self.standin.tell(charge, "paid_out", action="chargeback_cancelled")

    def webhook(self, kind: str, reference: str, event: str) -> tuple[bytes, dict[str, str]]:
        resource, action, link = {
            "charge": ("payments", "confirmed", "payment"), "refund": ("refunds", "paid", "refund"),
            "dispute": ("payments", "charged_back", "payment"), "method": ("mandates", "cancelled", "mandate"),
            "setup": ("billing_requests", "fulfilled", "billing_request"),
        }[kind]  # fmt: skip
        return gocardless.webhook(
            {"id": event, "resource_type": resource, "action": action, "links": {link: reference}}
        )
