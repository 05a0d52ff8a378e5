"""Cards in the sandbox for tests: saving one, charging it, and the gateway's own view of it."""

from __future__ import annotations

import json
import uuid
from typing import Any

from broadbill.payments.adapters.sandbox import SIGNATURE, sign
from broadbill.payments.models import CardCharge, SandboxMethod, SavedMethod
from broadbill.payments.operations.card_charges import NewCharge, charge_card
from broadbill.payments.operations.saved_methods import begin_saving, finish_saving
from tests.world import at, euro

CUSTOMER = "user:7"


def a_card(
    account_id: int, card: str = "approve", *, autopay: bool = False, on: str = "2026-01-01"
) -> SavedMethod:
    """A card that the customer saved on the sandbox's page."""
    begun = begin_saving(account_id=account_id, name="Amina", email="amina@home.example", return_url="/back/")
    SandboxMethod.objects.filter(pk=begun.reference).update(card=card)
    saved = finish_saving(
        account_id=account_id,
        gateway="sandbox",
        reference=begun.reference,
        autopay=autopay,
        now=at(on),
        actor=CUSTOMER,
    )
    assert saved is not None
    return saved


def charge(method: SavedMethod, amount: str, day: str, *, key: str | None = None, **more: Any) -> CardCharge:
    asked = NewCharge(
        account_id=method.account_id,
        method_id=method.id,
        amount=euro(amount),
        key=key or str(uuid.uuid4()),
        description="test",
        **more,
    )
    return charge_card(charge=asked, now=at(day), actor=CUSTOMER)


def news(kind: str, reference: str, event: str) -> tuple[bytes, dict[str, str]]:
    """A webhook of the sandbox: its body and headers."""
    body = json.dumps({"event": event, "kind": kind, "reference": reference}).encode()
    return body, {SIGNATURE: sign(body)}
