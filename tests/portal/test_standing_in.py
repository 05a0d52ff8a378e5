"""Somebody of the staff sees the portal as a customer does: who may, for how long, and that they only look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from broadbill.accounts.operations.change_profile import change_profile
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.identity.operations import change_roles
from broadbill.kernel.models import Event
from tests.console.page_checker import problems
from tests.portal.conftest import Ada
from tests.portal.test_access import PORTAL
from tests.staff import a_colleague
from tests.world import ACTOR, at

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
BEGIN = "/customers/10482/portal/"
# About one's own sign-in, about paying, or changing something on GET.
IN_PERSON = {
    "/my/sign-out/",
    "/my/pay/",
    "/my/cards/add/",
    "/my/cards/saved/",
    "/my/cards/1/autopay/",
    "/my/cards/1/remove/",
    "/my/details/password/",
    "/my/details/confirm/",
    "/my/details/passkeys/add/",
    "/my/details/passkeys/1/remove/",
    "/my/details/devices/",
    "/my/details/devices/1/",
    "/my/details/devices/others/",
}


def body(response: Any) -> str:
    return str(response.content.decode())


def begun(role: Role = Role.SUPPORT) -> Client:
    """A browser of somebody of the staff who sees the portal of account 10482."""
    browser = Client()
    browser.force_login(a_colleague(f"{role}@lakeside.example", "Sam Support", role))
    browser.post(BEGIN, {"reason": "Ticket 12"})
    return browser


def verbs() -> list[str]:
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


class TestBeginning:
    def test_is_asked_for_on_the_customer_s_page_with_a_reason(self, client: Client, ada: Ada) -> None:
        client.force_login(a_colleague("sam@lakeside.example", "Sam Support", Role.SUPPORT))

        page = body(client.get("/customers/10482/"))
        asked = body(client.get(BEGIN))
        without = client.post(BEGIN, {"reason": ""})
        begins = client.post(BEGIN, {"reason": "Ticket 12"})

        assert f'href="{BEGIN}"' in page
        assert problems(asked) == []
        assert without.status_code == 422
        assert begins["Location"] == "/my/"

    def test_is_kept_with_who_why_and_until_when(self, ada: Ada) -> None:
        with time_machine.travel(NOON, tick=False):
            begun()

        event = Event.objects.get(verb="account.stand_in_begun")
        assert event.actor == User.objects.get(email="support@lakeside.example").actor
        assert (event.account_id, event.occurred_at) == (ada.account, NOON)
        assert event.data == {"reason": "Ticket 12", "ends_at": "2026-11-25T12:30:00+00:00"}

    @pytest.mark.parametrize("role", [Role.CASHIER, Role.TECHNICIAN, Role.AUDITOR, Role.READ_ONLY])
    def test_is_refused_to_roles_without_the_permission(self, ada: Ada, role: Role) -> None:
        browser = begun(role)

        assert browser.get(BEGIN).status_code == 403
        assert BEGIN not in body(browser.get("/customers/10482/"))
        assert browser.get("/my/").status_code == 403
        assert "account.stand_in_begun" not in verbs()

    def test_needs_no_customer_who_was_ever_let_in(self, ada: Ada) -> None:
        assert not User.objects.filter(is_customer=True).exists()

        assert begun().get("/my/").status_code == 200


class TestLooking:
    def test_shows_what_the_customer_sees_under_a_banner(self, ada: Ada) -> None:
        with time_machine.travel(NOON, tick=False):
            browser = begun()
            pages = {
                path: body(browser.get(path)) for path in ("/my/", f"/my/bills/{ada.bill}/", "/my/details/")
            }

        for path, page in pages.items():
            assert problems(page) == [], path
            assert "Sam Support</bdi></b> sees the portal of <b><bdi>Ada Lovelace" in page, path
            assert "Ends by itself at" in page, path
            assert 'action="/portal/end/"' in page, path
            assert "/my/sign-out/" not in page, path
        assert "€30<span" in pages["/my/"]
        assert "support@lakeside.example" not in pages["/my/details/"]
        assert "/my/details/passkeys/" not in pages["/my/details/"]

    def test_says_so_in_english_whatever_the_customer_speaks(self, ada: Ada) -> None:
        change_profile(account_id=ada.account, changes={"language": "ar"}, now=at("2026-02-01"), actor=ACTOR)

        page = body(begun().get("/my/"))

        assert '<html lang="ar" dir="rtl"' in page
        assert '<aside class="stand-in" lang="en" dir="ltr"' in page

    def test_ends_at_that_one_account(self, ada: Ada, ben_s: Client) -> None:
        browser = begun()

        assert browser.get("/my/?account=10483").status_code == 404
        assert browser.get("/my/?account=10482").status_code == 200

    def test_is_all_that_is_done(self, ada: Ada) -> None:
        """Every address of the customers': looked at where that is nobody's own, and nothing sent to any."""
        browser = begun()
        before = verbs()

        closed = {path for path in PORTAL if browser.get(path).status_code == 403}
        let_through = {path for path in PORTAL if browser.post(path).status_code != 403}

        assert closed == IN_PERSON
        assert let_through == set()
        assert verbs() == before

    def test_says_where_to_act_instead(self, ada: Ada) -> None:
        refused = body(begun().post("/my/help/new/", {"subject": "x", "body": "y"}))

        assert "Do it in the office, under your name." in refused
        assert problems(refused) == []

    def test_costs_no_query_more_than_the_customer_s_own(self, ada: Ada, at_home: Client) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        browser = begun()
        browser.get("/my/")
        counts = []
        for one in (browser, at_home):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                one.get("/my/")
            counts.append(len(asked))

        assert counts[0] <= counts[1]

    def test_leaves_the_office_open_beside_it(self, ada: Ada) -> None:
        assert begun().get("/customers/10482/").status_code == 200

    def test_does_not_stand_among_the_customer_s_devices(self, ada: Ada, at_home: Client) -> None:
        browser = begun()
        browser.get("/my/details/")

        assert body(at_home.get("/my/details/devices/")).count('class="person-row"') == 1


class TestEnding:
    def test_by_its_button_leads_back_and_is_kept(self, ada: Ada) -> None:
        browser = begun()

        ended = browser.post("/portal/end/")

        assert ended["Location"] == "/customers/10482/"
        assert browser.get("/my/").status_code == 403
        assert verbs()[-2:] == ["account.stand_in_begun", "account.stand_in_ended"]
        assert "Portal left again" in body(browser.get("/customers/10482/"))

    def test_by_itself_after_half_an_hour(self, ada: Ada) -> None:
        with time_machine.travel(NOON, tick=False):
            browser = begun()
        with time_machine.travel(NOON + timedelta(minutes=29, seconds=59), tick=False):
            before = browser.get("/my/").status_code
        with time_machine.travel(NOON + timedelta(minutes=30), tick=False):
            after = browser.get("/my/")
            browser.post("/portal/end/")

        assert (before, after.status_code) == (200, 403)
        assert "long enough" in body(after)
        assert "account.stand_in_ended" not in verbs()

    def test_when_the_role_is_taken_away(self, ada: Ada) -> None:
        browser = begun()
        change_roles(email="support@lakeside.example", roles=[Role.CASHIER], actor=ACTOR, now=NOON)

        assert browser.get("/my/").status_code == 403

    def test_of_nothing_leads_to_the_customers(self, client: Client, ada: Ada) -> None:
        client.force_login(a_colleague("sam@lakeside.example", "Sam Support", Role.SUPPORT))

        assert client.post("/portal/end/")["Location"] == "/customers/"
