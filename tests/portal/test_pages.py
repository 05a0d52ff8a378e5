"""What a customer reads: what is owed and since when, bills with their arithmetic, the balance after each booking."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadbill.accounts.operations.viewers import let_in
from tests.console.page_checker import problems
from tests.payments.cards import a_card
from tests.portal.conftest import INVITED_AT, Ada
from tests.world import ACTOR, a_plan, a_subscription, an_account, bill_through, pay

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


class TestHome:
    def test_says_what_is_owed_and_since_when(self, at_home: Client, ada: Ada) -> None:
        page = body(at_home.get("/my/"))

        assert problems(page) == []
        assert '<div class="big">€30<span class="cents">.00</span></div>' in page
        assert "It was due on" in page
        assert f'href="/my/bills/{ada.bill}/"' in page
        assert "Not paid" in page

    def test_thanks_who_has_paid(self, at_home: Client, ada: Ada) -> None:
        pay(ada.account, "30.00", "2026-01-05")

        page = body(at_home.get("/my/"))

        assert "All is paid. Thank you." in page
        assert "/my/pay/" not in page
        assert "Not paid" not in page

    def test_says_what_credit_is_for(self, at_home: Client, ada: Ada) -> None:
        pay(ada.account, "50.00", "2026-01-05")

        page = body(at_home.get("/my/"))

        assert "your credit" in page
        assert "€20<span" in page  # 50.00 - 30.00

    def test_of_a_new_customer_says_what_will_come(self, ben_s: Client) -> None:
        page = body(ben_s.get("/my/"))

        assert problems(page) == []
        assert "You have no service at the moment." in page
        assert "Your first bill appears here." in page

    def test_asks_as_often_for_many_bills_as_for_one(
        self, at_home: Client, ada: Ada, django_assert_max_num_queries: Any
    ) -> None:
        a_subscription(ada.account, a_plan("tv", "10.00"), "2026-01-01", extras=("Sports",))
        for month in range(2, 8):
            bill_through(f"2026-{month:02d}-01")
            pay(ada.account, "40.00", f"2026-{month:02d}-05")
        a_card(ada.account)

        with django_assert_max_num_queries(16):
            page = body(at_home.get("/my/"))

        assert problems(page) == []
        assert page.count("Sports") == 1


class TestABill:
    def test_shows_how_each_line_was_calculated(
        self, at_home: Client, ada: Ada, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(14):
            page = body(at_home.get(f"/my/bills/{ada.bill}/"))

        assert problems(page) == []
        assert "How was this calculated?" in page
        assert "1–31 Jan" in page
        assert "30.00" in page
        assert "Overdue" in page

    def test_says_by_what_it_was_paid(self, at_home: Client, ada: Ada) -> None:
        paid = pay(ada.account, "30.00", "2026-01-05")

        page = body(at_home.get(f"/my/bills/{ada.bill}/"))

        assert paid.number in page
        assert ", cash" in page
        assert "Pay now" not in page

    def test_comes_as_a_pdf(self, at_home: Client, ada: Ada) -> None:
        answer = at_home.get(f"/my/bills/{ada.bill}/pdf/")

        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")


class TestBills:
    def test_are_listed_newest_first_a_page_at_a_time(
        self, at_home: Client, ada: Ada, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from broadbill.portal.views import bills

        monkeypatch.setattr(bills, "BILLS_PER_PAGE", 2)
        other = an_account("Ben", number="10483")
        a_subscription(other, a_plan("tv", "10.00"), "2026-01-01")
        for day in ("2026-02-01", "2026-03-01"):
            bill_through(day)

        first = at_home.get("/my/bills/")
        second = at_home.get(f"/my/bills/?after={first.context['page'].next_key}")
        rows = [one.context["page"].rows for one in (first, second)]

        assert problems(body(first)) == []
        assert [[row.account for row in one] for one in rows] == [["10482", "10482"], ["10482"]]
        assert rows[1][0].number == ada.bill

    def test_that_are_paid_say_so(self, at_home: Client, ada: Ada) -> None:
        bill_through("2026-02-01")
        pay(ada.account, "30.00", "2026-02-05")

        page = body(at_home.get("/my/bills/"))

        assert (page.count("Not paid"), page.count("</svg>Paid<")) == (1, 1)


class TestTheStatement:
    def test_keeps_the_balance_after_each_booking(self, at_home: Client, ada: Ada) -> None:
        pay(ada.account, "12.50", "2026-01-05")

        answer = at_home.get("/my/statement/?year=2026")

        assert problems(body(answer)) == []
        assert [str(row.balance) for row in answer.context["statement"].rows] == ["30.00", "17.50"]

    def test_of_another_year_begins_with_what_was_owed(self, at_home: Client, ada: Ada) -> None:
        assert at_home.get("/my/statement/?year=1969").context["year"] >= 2026
        assert at_home.get("/my/statement/?year=x").status_code == 200


class TestThePlan:
    def test_names_services_with_their_prices(self, at_home: Client) -> None:
        page = body(at_home.get("/my/plan/"))

        assert problems(page) == []
        assert "30.00" in page
        assert "a month" in page


class TestLanguageOfNames:
    def test_is_escaped(self, client: Client) -> None:
        an_account("<b>Eve</b>", number="10499", email="eve@x.example")
        client.force_login(let_in(number="10499", actor=ACTOR, now=INVITED_AT))

        assert "<b>Eve</b>" not in body(client.get("/my/"))
