"""A customer's cards in the office: added on the gateway's page, charged, charged by themselves, removed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from broadbill.payments.models import CardCharge, Payment, SandboxMethod, SavedMethod, Webhook
from tests.console.page_checker import problems
from tests.payments.cards import a_card, charge, news
from tests.world import a_plan, a_subscription, an_account, bill_through

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sandbox(settings: Any) -> None:
    settings.GATEWAYS = ["sandbox"]


@pytest.fixture
def ada() -> int:
    """Owes 30.00."""
    account = an_account("Ada", number="A/1")
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    return account


def body(response: Any) -> str:
    return str(response.content.decode())


class TestAdding:
    def test_goes_over_the_gateway_s_page_and_comes_back(self, office: Client, ada: int) -> None:
        asked = body(office.get("/customers/A/1/cards/add/"))
        ready = body(office.post("/customers/A/1/cards/add/"))
        (there,) = re.findall(r'href="(/sandbox/save/[^"]+)"', ready)
        page = body(office.get(there))
        back = office.post(there, {"card": "approve"})
        done = office.get(back["Location"], follow=True)

        assert [problems(one) for one in (asked, ready, page)] == [[], [], []]
        assert "Visa 4240 is saved." in body(done)
        assert SavedMethod.objects.get().autopay

    def test_says_when_nothing_was_saved(self, office: Client, ada: int) -> None:
        office.post("/customers/A/1/cards/add/")

        assert "No card was saved." in body(office.get("/customers/A/1/cards/saved/", follow=True))

    def test_cannot_be_finished_for_another_customer(self, office: Client, ada: int) -> None:
        an_account("Ben", number="B")
        office.post("/customers/A/1/cards/add/")
        SandboxMethod.objects.update(card="approve")

        assert office.get("/customers/B/cards/saved/").status_code == 404
        assert not SavedMethod.objects.exists()

    def test_is_not_offered_without_a_gateway(self, office: Client, ada: int, settings: Any) -> None:
        settings.GATEWAYS = []

        assert "/cards/add/" not in body(office.get("/customers/A/1/"))
        assert office.get("/sandbox/save/sm_1/").status_code == 404


class TestCharging:
    def test_settles_the_debt_and_says_so(self, office: Client, ada: int) -> None:
        card = a_card(ada)
        form = body(office.get(f"/customers/A/1/cards/{card.id}/charge/"))
        (key,) = re.findall(r'name="key" value="([^"]+)"', form)

        done = [office.post(f"/customers/A/1/cards/{card.id}/charge/", {"key": key, "amount": "30.00"}, follow=True)
                for _ in range(2)]  # fmt: skip

        assert "€30.00 charged, receipt R-" in body(done[0])
        assert Payment.objects.count() == 1

    def test_says_why_it_was_declined(self, office: Client, ada: int) -> None:
        card = a_card(ada, "insufficient_funds")
        form = body(office.get(f"/customers/A/1/cards/{card.id}/charge/"))
        (key,) = re.findall(r'name="key" value="([^"]+)"', form)

        done = office.post(
            f"/customers/A/1/cards/{card.id}/charge/", {"key": key, "amount": "30.00"}, follow=True
        )

        assert "was declined: There is not enough money on it." in body(done)

    def test_a_challenge_is_confirmed_on_the_gateway_s_page(self, office: Client, ada: int) -> None:
        asked = charge(a_card(ada, "challenge"), "30.00", "2026-01-10")
        there = body(office.get(f"/customers/A/1/cards/charged/{asked.id}/"))
        assert f'href="{asked.next_url}"' in there

        page = body(office.get(asked.next_url))
        office.post(asked.next_url, {"card": "approve"})

        assert problems(page) == []
        assert Webhook.objects.get().reference == asked.reference

    def test_the_page_shows_cards_and_charges_in_as_many_queries_as_without(
        self, office: Client, ada: int, django_assert_max_num_queries: Any
    ) -> None:
        for card in ("approve", "stolen_card", "challenge"):
            charge(a_card(ada, card), "1.00", "2026-01-10")

        # one of them asks whether service is restricted
        with django_assert_max_num_queries(20):
            page = body(office.get("/customers/A/1/"))

        assert problems(page) == []
        assert "Declined for good" in page
        assert "Waits for the customer" in page

    def test_of_another_customer_s_card_is_not_there(self, office: Client, ada: int) -> None:
        an_account("Ben", number="B")
        card = a_card(ada)

        assert office.get(f"/customers/B/cards/{card.id}/charge/").status_code == 404


class TestKeeping:
    def test_autopay_is_stopped_and_started(self, office: Client, ada: int) -> None:
        card = a_card(ada, autopay=True)
        for expected in ("Autopay is off.", "Autopay is on."):
            done = office.post(f"/customers/A/1/cards/{card.id}/autopay/", follow=True)
            assert expected in body(done)

    def test_a_card_is_removed(self, office: Client, ada: int) -> None:
        card = a_card(ada)

        assert "is removed." in body(office.post(f"/customers/A/1/cards/{card.id}/remove/", follow=True))
        assert SavedMethod.objects.get().state == "removed"


class TestHook:
    def test_takes_genuine_news_in_once(self, client: Client, ada: int) -> None:
        done = charge(a_card(ada), "30.00", "2026-01-10")
        told, headers = news("charge", done.reference, "evt_1")

        answers = [
            client.post("/hooks/sandbox/", told, content_type="application/json", headers=headers).status_code
            for _ in range(2)
        ]

        assert answers == [204, 204]
        assert (Webhook.objects.count(), CardCharge.objects.count()) == (1, 1)

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [("sandbox", b'{"event": "1"}', 400), ("moon", b"{}", 404), ("sandbox", b"x" * 600_000, 413)],
    )
    def test_refuses_what_is_none(self, client: Client, path: str, body: bytes, status: int) -> None:
        assert client.post(f"/hooks/{path}/", body, content_type="application/json").status_code == status
        assert json.dumps(list(Webhook.objects.values())) == "[]"
