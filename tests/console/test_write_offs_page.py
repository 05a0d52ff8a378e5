"""Writing a debt off on its invoice's page, agreeing to it, taking it back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from broadbill.billing.models import Document
from broadbill.core.money import Currency
from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.identity.operations.limits import set_limit
from broadbill.payments.models import OpenItem, WriteOff
from broadbill.payments.operations.write_offs import NewWriteOff, request_write_off
from tests.console.page_checker import problems
from tests.world import a_plan, a_subscription, an_account, at, bill_through, on

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> Document:
    account = an_account(number="W-1")
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    return Document.objects.get(account_id=account)


def body(response: Any) -> str:
    return str(response.content.decode())


def still_open(document: Document) -> int:
    return OpenItem.objects.get(document=document).open


def waiting(document: Document, actor: str = "user:999") -> WriteOff:
    asked = NewWriteOff(
        account_id=document.account_id, invoice=document.number, reason="moved", idempotency_key="w"
    )
    return request_write_off(
        write_off=asked, on=on("2026-03-01"), now=at("2026-03-01"), actor=actor,
        limit=Currency.of("EUR").zero,
    )  # fmt: skip


def test_a_debt_is_written_off_and_taken_back(office: Client, document: Document) -> None:
    page = f"/invoices/{document.number}/"
    assert "Write off" in body(office.get(page))
    asked = office.get(f"{page}write-off/")
    assert 'value="30.00"' in body(asked)
    assert problems(body(asked)) == []

    answer = {"amount": "12.50", "reason": "moved abroad", "key": str(uuid4())}
    assert office.post(f"{page}write-off/", answer).status_code == 302

    assert still_open(document) == 1750
    shown = body(office.get(page))
    assert "moved abroad" in shown
    assert problems(shown) == []
    back = f"{page}write-offs/{WriteOff.objects.get().id}/recover/"
    assert problems(body(office.get(back))) == []
    office.post(back, {"reason": "paid in the shop"})
    assert still_open(document) == 3000


def test_too_much_is_refused_beside_what_was_typed(office: Client, document: Document) -> None:
    answer = {"amount": "31.00", "reason": "moved abroad", "key": str(uuid4())}
    refused = office.post(f"/invoices/{document.number}/write-off/", answer)

    assert refused.status_code == 422
    assert "30.00 EUR of" in body(refused)
    assert "moved abroad" in body(refused)


def test_another_person_agrees_or_does_not(office: Client, owner: User, document: Document) -> None:
    row = waiting(document)
    page = f"/invoices/{document.number}/"
    assert "Waits for agreement" in body(office.get(page))

    office.post(f"{page}write-offs/{row.id}/refuse/", {"reason": "pays by instalments"})
    row.refresh_from_db()
    assert (row.state, row.note, still_open(document)) == ("refused", "pays by instalments", 3000)


def test_who_asked_does_not_agree(office: Client, owner: User, document: Document) -> None:
    row = waiting(document, owner.actor)

    refused = office.post(f"/invoices/{document.number}/write-offs/{row.id}/approve/")
    assert refused.status_code == 422
    assert "another person has to agree" in body(refused)

    WriteOff.objects.filter(pk=row.id).update(requested_by="user:999")
    office.post(f"/invoices/{document.number}/write-offs/{row.id}/approve/")
    assert still_open(document) == 0


def test_above_the_limit_of_the_role_it_waits(office: Client, document: Document) -> None:
    set_limit(
        role=Role.OWNER, letting=Letting.WRITE_OFF, amount=Decimal(10), actor="test", now=at("2026-01-01")
    )  # fmt: skip
    page = f"/invoices/{document.number}/write-off/"

    office.post(page, {"amount": "10.01", "reason": "gone", "key": str(uuid4())})
    assert (still_open(document), WriteOff.objects.get().state) == (3000, "requested")
    office.post(page, {"amount": "10.00", "reason": "gone", "key": str(uuid4())})
    assert still_open(document) == 2000


def test_a_write_off_of_another_invoice_is_not_here(office: Client, document: Document) -> None:
    row = waiting(document)

    assert office.get(f"/invoices/INV-0/write-offs/{row.id}/approve/").status_code == 404


def test_others_of_the_staff_neither_see_nor_do_it(
    client: Client, technician: User, document: Document
) -> None:
    client.force_login(technician)

    assert client.get(f"/invoices/{document.number}/write-off/").status_code == 403
