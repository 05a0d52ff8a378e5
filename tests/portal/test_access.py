"""Every address, walked by a customer, by another customer, by staff and by a stranger."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.identity.operations import add_user
from broadbill.identity.permissions import CUSTOMERS, EVERYONE, access_of
from broadbill.payments.models import CardCharge
from tests.architecture.test_access import ALL
from tests.payments.cards import a_card, charge
from tests.portal.conftest import Ada
from tests.world import at

pytestmark = pytest.mark.django_db
# One address of each view: "1" is a number, a word and a path.
ADDRESSES = {"/" + re.sub(r"<[^>]+>", "1", path): access_of(view) for path, _name, view in ALL}
PORTAL = {path for path, access in ADDRESSES.items() if access == CUSTOMERS}
OFFICE = {path for path, access in ADDRESSES.items() if access not in {CUSTOMERS, EVERYONE}}


def statuses(browser: Client, paths: set[str]) -> dict[str, int]:
    return {path: browser.get(path).status_code for path in sorted(paths)}


class TestTheOffice:
    def test_is_closed_to_customers(self, at_home: Client) -> None:
        assert len(OFFICE) > 50
        assert statuses(at_home, OFFICE) == dict.fromkeys(sorted(OFFICE), 403)

    def test_is_closed_to_customers_who_send_forms(self, at_home: Client) -> None:
        assert {path: at_home.post(path).status_code for path in OFFICE} == dict.fromkeys(OFFICE, 403)

    def test_says_so_on_a_page_that_leads_back_to_their_own(self, at_home: Client) -> None:
        page = at_home.get("/customers/").content.decode()

        assert 'href="/my/"' in page
        assert "/search/" not in page


class TestTheStaff:
    @pytest.mark.parametrize("role", list(Role))
    def test_has_no_pages_of_a_customer(self, client: Client, ada: Ada, role: Role) -> None:
        client.force_login(
            add_user(
                email="s@x.example", role=role, password="a long password", actor="t", now=at("2026-01-01")
            )
        )

        assert statuses(client, PORTAL) == dict.fromkeys(sorted(PORTAL), 403)


class TestAStranger:
    def test_is_sent_to_the_customers_sign_in(self, client: Client) -> None:
        doors = {path: client.get(path)["Location"].partition("?")[0] for path in PORTAL}

        assert len(PORTAL) > 10
        assert doors == dict.fromkeys(PORTAL, "/my/sign-in/")


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
        client.force_login(User.objects.create(email="new@x.example", role="customer"))

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
