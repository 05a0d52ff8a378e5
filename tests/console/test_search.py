"""Search over everything: each kind of thing by what people type, for those who may see it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadbill.accounts.domain.new_account import NewContact
from broadbill.billing.models import Document
from broadbill.identity.models import User
from broadbill.network.domain.naming import canonical_mac
from broadbill.network.models import Access
from broadbill.network.operations.addresses import assign_address
from tests.console.page_checker import problems
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, pay

pytestmark = pytest.mark.django_db


def found(client: Client, asked: str) -> str:
    response: Any = client.get("/search/", {"q": asked}, headers={"HX-Request": "true"})
    page = str(response.content.decode())
    assert problems(page, whole_page=False) == []
    return page


@pytest.fixture
def amina(db: None) -> int:
    account = an_account(
        "Amina Haddad", number="LF10482", street="14 Quay Road", legal_name="Haddad Trading",
        contacts=(NewContact(name="Amina", email="amina@home.example", phone="+352 621 555-012"),),
    )  # fmt: skip
    service = a_subscription(account, a_plan("fiber"), "2026-10-01")
    bill_through("2026-10-01")
    pay(account, "10.00", "2026-10-03")
    for kind, name in (("pppoe", "amina.h"), ("mac", canonical_mac("00:11:22:aa:bb:cc"))):
        Access.objects.create(
            subscription_id=service, kind=kind, username=name, recorded_at=at("2026-10-01"),
            password="secret" if kind == "pppoe" else "",
        )  # fmt: skip
    start = at("2026-10-01")
    assign_address(
        username="amina.h", kind="ipv4", address="192.0.2.7", starts_at=start, now=start, actor=ACTOR
    )
    return account


@pytest.mark.usefixtures("amina")
class TestSearch:
    @pytest.mark.parametrize(
        "asked", ["haddad", "lf10482", "LF10482", "amina@home", "621555012", "quay road", "haddad trading"]
    )
    def test_finds_a_customer_and_what_can_be_done_for_them(self, office: Client, asked: str) -> None:
        page = found(office, asked)

        assert 'href="/customers/LF10482/"' in page
        assert 'href="/customers/LF10482/take-payment/"' in page
        assert 'href="/customers/LF10482/sell/"' in page

    @pytest.mark.parametrize("asked", ["amina.h", "192.0.2.7", "00:11:22:AA:BB:CC", "0011.22aa.bbcc"])
    def test_finds_a_line_by_name_address_and_mac(self, office: Client, asked: str) -> None:
        assert 'href="/customers/LF10482/"' in found(office, asked)

    def test_finds_invoices_and_receipts_by_the_beginning_of_their_number(self, office: Client) -> None:
        invoice = Document.objects.get().number

        assert f"/invoices/{invoice}/" in found(office, invoice[:-1])
        assert "R-2026-000001" in found(office, "r-2026-0")

    def test_finds_plans_pages_reports_and_what_can_be_begun(self, office: Client) -> None:
        assert 'href="/plans/fiber/"' in found(office, "fiber")
        assert 'href="/new-customer/"' in found(office, "new cust")
        assert 'href="/reports/ageing/"' in found(office, "receivables age")

    def test_puts_an_exact_number_before_those_that_only_have_it(self, office: Client) -> None:
        an_account("First", number="C12")
        for index in range(8):
            an_account("Other", number=f"C12{index}")

        page = found(office, "c12")

        assert page.index("/customers/C12/") < page.index("/customers/C127/")
        assert 'href="/customers/C12/take-payment/"' in page

    def test_shows_a_technician_neither_bills_nor_payments(self, client: Client, technician: User) -> None:
        client.force_login(technician)

        assert "/invoices/" not in found(client, "2026-0")
        assert "R-2026-000001" not in found(client, "R-2026-0")
        page = found(client, "haddad")
        assert 'href="/customers/LF10482/"' in page
        assert "take-payment" not in page

    def test_takes_as_many_queries_whatever_is_found(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        for asked in ("haddad", "nobody.at.all"):
            # session, user; customers, invoices, receipts, lines, plans
            with django_assert_num_queries(7):
                found(office, asked)
