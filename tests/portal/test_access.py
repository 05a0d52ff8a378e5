"""What another customer finds of somebody's pages. Every address by every role: tests/identity/test_walk.py."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from broadbill.identity.models import User
from broadbill.identity.permissions import CUSTOMERS, access_of
from broadbill.payments.models import CardCharge
from tests.architecture.test_access import ALL
from tests.payments.cards import a_card, charge
from tests.portal.conftest import Ada

pytestmark = pytest.mark.django_db
# One address of each view: "1" is a number, a word and a path.
PORTAL = {"/" + re.sub(r"<[^>]+>", "1", path) for path, _name, view in ALL if access_of(view) == CUSTOMERS}


def statuses(browser: Client, paths: set[str]) -> dict[str, int]:
    return {path: browser.get(path).status_code for path in sorted(paths)}


def test_a_refusal_stands_on_a_page_that_leads_back_to_the_customers_own(at_home: Client) -> None:
    page = at_home.get("/customers/").content.decode()

    assert 'href="/my/"' in page
    assert "/search/" not in page


class TestAnotherCustomer:
    def test_finds_nothing_of_somebody_else_s(self, ben_s: Client, ada: Ada) -> None:
        card = a_card(ada.account)
        asked = charge(a_card(ada.account, "challenge"), "30.00", "2026-01-10")
        theirs = {
            f"/my/bills/{ada.bill}/",
            f"/my/bills/{ada.bill}/pdf/",
            f"/my/pay/{asked.id}/",
            f"/my/cards/{card.id}/remove/",
            "/my/?account=10482",
        }

        assert statuses(ben_s, theirs) == dict.fromkeys(sorted(theirs), 404)
        assert [ben_s.post(f"/my/cards/{card.id}/{act}/").status_code for act in ("autopay", "remove")] == [
            404,
            404,
        ]
        assert ada.bill not in ben_s.get("/my/").content.decode()
        assert ada.bill not in ben_s.get("/my/bills/").content.decode()

    def test_cannot_pay_with_somebody_else_s_card(self, ben_s: Client, ada: Ada) -> None:
        card = a_card(ada.account)
        form = {"key": "8f14e45f-ceea-467f-a8d5-0a5b8d1d5c1a", "amount": "5.00", "card": str(card.id)}

        assert ben_s.post("/my/pay/", form).status_code == 422
        assert not CardCharge.objects.exists()

    def test_without_any_account_sees_none(self, client: Client, ada: Ada) -> None:
        client.force_login(User.objects.create(email="new@x.example", is_customer=True))

        pages = PORTAL - {
            "/my/sign-out/",
            "/my/cards/1/autopay/",
            "/my/help/1/solved/",
            "/my/details/language/",
            "/my/details/consents/1/",
            "/my/details/letters/",
            "/my/details/devices/others/",
            "/my/details/devices/1/",
        }
        assert statuses(client, pages) == dict.fromkeys(sorted(pages), 404)
