"""Disputing a line on its invoice's page, and deciding it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from broadbill.billing.models import Document
from broadbill.identity.models import User
from broadbill.payments.models import LineDispute
from tests.console.page_checker import problems
from tests.world import a_plan, a_subscription, an_account, bill_through

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> Document:
    account = an_account(number="D-1")
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    return Document.objects.get(account_id=account)


def body(response: Any) -> str:
    return str(response.content.decode())


def opened(office: Client, document: Document) -> LineDispute:
    answer = {"amount": "10.00", "reason": "slow for ten days", "key": str(uuid4())}
    office.post(f"/invoices/{document.number}/lines/1/dispute/", answer)
    return LineDispute.objects.get()


def test_a_line_is_disputed_and_stands_in_the_list(office: Client, document: Document) -> None:
    assert "Nothing is disputed" in body(office.get("/disputes/"))
    asked = body(office.get(f"/invoices/{document.number}/lines/1/dispute/"))
    assert 'value="30.00"' in asked
    assert problems(asked) == []

    opened(office, document)

    for page in ("/disputes/", f"/invoices/{document.number}/"):
        shown = body(office.get(page))
        assert "slow for ten days" in shown
        assert problems(shown) == []


@pytest.mark.parametrize("decision", ["uphold", "refuse"])
def test_it_is_decided_with_a_reason(office: Client, document: Document, decision: str) -> None:
    row = opened(office, document)
    address = f"/disputes/{row.id}/{decision}/"
    assert problems(body(office.get(address))) == []
    assert office.post(address, {"reason": ""}).status_code == 422

    office.post(address, {"reason": "because"})

    row.refresh_from_db()
    assert (row.state, row.note) == ({"uphold": "upheld", "refuse": "refused"}[decision], "because")
    assert office.post(address, {"reason": "again"}).status_code == 422


def test_more_than_the_line_is_refused(office: Client, document: Document) -> None:
    answer = {"amount": "31.00", "reason": "x", "key": str(uuid4())}
    refused = office.post(f"/invoices/{document.number}/lines/1/dispute/", answer)

    assert refused.status_code == 422
    assert "30.00 EUR of that line" in body(refused)
    assert office.get(f"/invoices/{document.number}/lines/7/dispute/").status_code == 404


def test_others_of_the_staff_neither_see_nor_do_it(
    client: Client, technician: User, document: Document
) -> None:
    client.force_login(technician)

    assert client.get("/disputes/").status_code == 403
    assert client.get(f"/invoices/{document.number}/lines/1/dispute/").status_code == 403
