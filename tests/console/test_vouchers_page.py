"""The vouchers' page, and redeeming one on a customer's page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadbill.identity.models import User
from broadbill.prepaid.models import Batch, Sale
from tests.console.page_checker import problems
from tests.prepaid.cards import a_batch, codes, sold
from tests.prepaid.wallets import credit
from tests.world import an_account

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


class TestBatches:
    def test_are_listed_with_as_many_queries_for_many_as_for_one(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        sold(a_batch(), 2)
        for _ in range(5):
            a_batch("time", 3600, "5.00")

        with django_assert_num_queries(4):  # session, user, provider, the page
            page = body(office.get("/vouchers/"))

        assert "20.00 EUR" in page
        assert problems(page) == []

    def test_come_a_page_at_a_time(self, office: Client) -> None:
        batches = [a_batch(size=1) for _ in range(26)]

        first = body(office.get("/vouchers/"))
        second = body(office.get(f"/vouchers/?after={batches[1].id}"))

        assert f">{batches[0]}<" not in first
        assert f"after={batches[1].id}" in first
        assert f">{batches[0]}<" in second

    def test_are_made_printed_sold_and_blocked(self, office: Client) -> None:
        made = office.post(
            "/vouchers/new/",
            {
                "kind": "time",
                "value": "3h",
                "price": "5.00",
                "count": "24",
                "valid_until": "2027-12-31",
                "profile": "",
            },
        )
        batch = Batch.objects.get()
        printed = office.post(f"/vouchers/{batch}/sheet/")
        paid = office.post(
            f"/vouchers/{batch}/sell/",
            {"key": "6f1c1b9e-0000-4000-8000-000000000001", "sold_to": "Kiosk", "count": "4", "method": "cash",
             "sold_on": "2026-01-05"},
        )  # fmt: skip
        blocked = office.post(f"/vouchers/{batch}/block/", {"reason": "lost"})

        assert [answer.status_code for answer in (made, printed, paid, blocked)] == [302, 200, 302, 302]
        assert (batch.worth, batch.count) == (10_800, 24)
        assert printed.content.startswith(b"%PDF")
        assert Sale.objects.get().count == 4
        batch.refresh_from_db()
        assert batch.blocked_reason == "lost"

    def test_that_cannot_be_are_refused_in_the_form(self, office: Client) -> None:
        answer = office.post(
            "/vouchers/new/", {"kind": "data", "value": "3h", "price": "5.00", "count": "24"}
        )

        assert answer.status_code == 422
        assert "write it like 5GB" in body(answer)
        assert not Batch.objects.exists()

    def test_are_not_for_everybody(self, client: Client, technician: User) -> None:
        batch = a_batch()
        client.force_login(technician)

        assert client.get("/vouchers/").status_code == 403
        assert client.post(f"/vouchers/{batch}/sheet/").status_code == 403


class TestRedeemVoucher:
    def test_tops_up_the_customers_wallet(self, office: Client) -> None:
        account = an_account(number="A1")
        batch = a_batch()
        sold(batch)

        answer = office.post("/customers/A1/redeem-voucher/", {"code": codes(batch)[0].lower()})

        assert answer.status_code == 302
        assert credit(account) == 1000
        assert "Voucher" in body(office.get("/customers/A1/"))

    def test_says_in_the_form_why_not(self, office: Client) -> None:
        an_account(number="A1")

        answer = office.post("/customers/A1/redeem-voucher/", {"code": "nonsense"})

        assert answer.status_code == 422
        assert "This is not a voucher code" in body(answer)
