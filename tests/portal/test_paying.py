"""Paying by card: saved on the gateway's page or used once, charged once, confirmed where the bank asks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadbill.payments.models import CardCharge, Payment, SandboxMethod, SavedMethod
from broadbill.payments.operations.webhooks import work_off_waiting
from tests.console.page_checker import problems
from tests.payments.cards import a_card
from tests.portal.conftest import Ada

pytestmark = pytest.mark.django_db(transaction=True)


def body(response: Any) -> str:
    return str(response.content.decode())


def form(browser: Client) -> dict[str, str]:
    page = body(browser.get("/my/pay/"))
    assert problems(page) == []
    (key,) = re.findall(r'name="key" value="([^"]+)"', page)
    (amount,) = re.findall(r'name="amount"[^>]* value="([^"]+)"', page)
    (card,) = re.findall(r'name="card" value="([^"]+)"[^>]* checked', page)
    return {"key": key, "amount": amount, "card": card}


class TestPaying:
    def test_by_a_saved_card_settles_what_is_owed_once(self, at_home: Client, ada: Ada) -> None:
        a_card(ada.account)
        filled = form(at_home)
        assert filled["amount"] == "30.00"

        done = [at_home.post("/my/pay/", filled, follow=True) for _ in range(2)]

        receipt = Payment.objects.get().number
        assert [f"Your receipt is {receipt}." in body(one) for one in done] == [True, True]
        assert problems(body(done[0])) == []
        assert "All is paid. Thank you." in body(at_home.get("/my/"))
        assert CardCharge.objects.get().asked_by.startswith("user:")

    def test_says_what_helps_when_the_card_was_declined(self, at_home: Client, ada: Ada) -> None:
        a_card(ada.account, "insufficient_funds")

        page = body(at_home.post("/my/pay/", form(at_home), follow=True))

        assert problems(page) == []
        assert "There is not enough money on the card. Try another one. Nothing was charged." in page

    def test_once_on_the_gateway_s_page_goes_there_by_a_link_and_comes_back(
        self, at_home: Client, ada: Ada
    ) -> None:
        page = body(at_home.post("/my/pay/", form(at_home), follow=True))
        (there,) = re.findall(r'href="(/sandbox/pay/[^"]+)"', page)

        back = at_home.post(there, {"card": "approve", "news": "once"})
        work_off_waiting(now=timezone.now())

        assert problems(page) == []
        assert back["Location"] == "http://testserver/my/"
        assert Payment.objects.get().amount == 3000
        assert not SavedMethod.objects.exists()

    def test_waits_for_a_challenge_and_ends_when_it_is_answered(self, at_home: Client, ada: Ada) -> None:
        a_card(ada.account, "challenge")
        waiting = at_home.post("/my/pay/", form(at_home), follow=True)
        here = waiting.redirect_chain[-1][0]
        assert not Payment.objects.exists()

        at_home.post(CardCharge.objects.get().next_url, {"card": "approve"})
        work_off_waiting(now=timezone.now())

        assert "Your receipt is" in body(at_home.get(here))

    def test_while_another_is_under_way_is_refused_in_words(self, at_home: Client, ada: Ada) -> None:
        a_card(ada.account, "challenge")
        at_home.post("/my/pay/", form(at_home))

        again = at_home.post("/my/pay/", form(at_home))

        assert again.status_code == 422
        assert problems(body(again)) == []
        assert CardCharge.objects.count() == 1

    @pytest.mark.parametrize("amount", ["", "nothing", "0.00", "-5.00", "1.234567"])
    def test_needs_an_amount(self, at_home: Client, ada: Ada, amount: str) -> None:
        refused = at_home.post("/my/pay/", {**form(at_home), "amount": amount})

        assert refused.status_code == 422
        assert problems(body(refused)) == []
        assert not CardCharge.objects.exists()

    def test_is_not_there_without_a_gateway(self, at_home: Client, settings: Any) -> None:
        settings.GATEWAYS = []

        assert "/my/pay/" not in body(at_home.get("/my/"))
        assert [at_home.get(path).status_code for path in ("/my/pay/", "/my/cards/", "/my/cards/add/")] == [
            404
        ] * 3


class TestCards:
    def test_are_added_on_the_gateway_s_page_and_charged_by_themselves_when_asked(
        self, at_home: Client, ada: Ada
    ) -> None:
        asked, ready = body(at_home.get("/my/cards/add/")), body(at_home.post("/my/cards/add/"))
        (there,) = re.findall(r'href="(/sandbox/save/[^"]+)"', ready)
        back = at_home.post(there, {"card": "approve"})
        saved = body(at_home.get(back["Location"], follow=True))
        card = SavedMethod.objects.get()
        assert not card.autopay

        on = body(at_home.post(f"/my/cards/{card.id}/autopay/", follow=True))
        home = body(at_home.get("/my/"))
        off = body(at_home.post(f"/my/cards/{card.id}/autopay/", follow=True))

        assert [problems(one) for one in (asked, ready, saved, on, off)] == [[]] * 5
        assert "Visa 4240 is saved." in saved
        assert "Pays by itself" in on
        assert "Your bills are paid with Visa ···· 4240 on the day they are due." in home
        assert "Pays by itself" not in off

    def test_are_removed_after_a_question(self, at_home: Client, ada: Ada) -> None:
        card = a_card(ada.account)
        question = body(at_home.get(f"/my/cards/{card.id}/remove/"))
        assert problems(question) == []

        at_home.post(f"/my/cards/{card.id}/remove/")

        assert SavedMethod.objects.get().state == "removed"
        assert "You have saved no card." in body(at_home.get("/my/cards/"))

    def test_of_one_account_are_not_finished_for_another(
        self, at_home: Client, ben_s: Client, ada: Ada
    ) -> None:
        at_home.post("/my/cards/add/")
        SandboxMethod.objects.update(card="approve")

        assert ben_s.get("/my/cards/saved/").status_code == 404
        assert not SavedMethod.objects.exists()

    def test_that_were_not_saved_are_said_so(self, at_home: Client) -> None:
        at_home.post("/my/cards/add/")

        assert "No card was saved." in body(at_home.get("/my/cards/saved/", follow=True))
