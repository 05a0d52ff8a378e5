"""A customer's way in: invited by letter, a password by a link that works once, out again."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from broadbill.accounts.domain.errors import PortalInvitationRefused
from broadbill.accounts.models import Viewer
from broadbill.accounts.operations.viewers import invite, mail_new_link
from broadbill.identity.domain.errors import UserExistsAlready, UserIsUnknown
from broadbill.identity.domain.permissions import Permission, Role
from broadbill.identity.models import User
from broadbill.identity.operations import add_user, change_roles
from broadbill.identity.queries.users import sign_ins
from broadbill.kernel.models import Event
from broadbill.messaging.models import Message
from tests.console.page_checker import problems
from tests.portal.conftest import Ada
from tests.world import an_account, at

pytestmark = pytest.mark.django_db
SITE = "https://my.lakeside.example"
PASSWORD = "seven quiet otters"
ADDRESS = {"login": "ada@home.example", "password": PASSWORD}


@pytest.fixture(autouse=True)
def no_limits_reached(ada: Ada) -> None:
    cache.clear()


def invited(number: str = "10482", day: str = "2026-01-02", **more: Any) -> str:
    """The path in the letter's link."""
    invite(number=number, site=SITE, actor="test", now=at(day), **more)
    return link()


def link() -> str:
    (path,) = re.findall(rf"{SITE}(/my/password/\S+)", Message.objects.latest("id").body_text)
    return path


def choose(client: Client, path: str, password: str = PASSWORD) -> Any:
    form = client.get(path, follow=True)
    there = form.redirect_chain[-1][0] if form.redirect_chain else path
    return client.post(there, {"new_password1": password, "new_password2": password}, follow=True)


class TestAnInvitation:
    def test_leads_by_a_letter_to_a_password_and_home(self, client: Client) -> None:
        path = invited()
        page = client.get(path, follow=True)

        done = choose(client, path)

        letter = Message.objects.get()
        assert (letter.recipient, letter.subject) == (
            "ada@home.example",
            "Your account at Your company online",
        )
        assert problems(page.content.decode()) == []
        assert done.redirect_chain[-1][0] == "/my/"
        assert "€30<span" in done.content.decode()

    def test_s_link_works_once(self, client: Client) -> None:
        path = invited()
        choose(client, path)

        again = Client().get(path, follow=True).content.decode()

        assert "This link is not good any more" in again
        assert problems(again) == []

    def test_refuses_a_password_that_is_easily_guessed(self, client: Client) -> None:
        refused = choose(client, invited(), "password1234")

        assert "too common" in refused.content.decode()
        assert not User.objects.get(email="ada@home.example").has_usable_password()

    def test_asked_again_sends_another_link_to_the_same_sign_in(self) -> None:
        invited()
        invited(day="2026-01-03")

        assert (User.objects.count(), Viewer.objects.count(), Message.objects.count()) == (1, 1, 2)
        assert Event.objects.filter(verb="account.viewer_added").count() == 1

    def test_lets_one_person_see_two_accounts_and_choose(self, client: Client) -> None:
        an_account("Ada's café", number="10490")
        path = invited()
        invited("10490", email="ADA@home.example")
        choose(client, path)

        first, other = client.get("/my/"), client.get("/my/?account=10490")

        assert "Hello Ada Lovelace" in first.content.decode()
        assert "Hello Ada&#x27;s café" in other.content.decode()
        assert "Hello Ada&#x27;s café" in client.get("/my/").content.decode()
        assert problems(other.content.decode()) == []

    def test_needs_an_address_that_is_not_one_of_the_staff_s(self) -> None:
        an_account("Silent", number="10491")
        add_user(
            email="ada@home.example",
            roles=[Role.BILLING],
            password=PASSWORD,
            actor="test",
            now=at("2026-01-01"),
        )

        with pytest.raises(PortalInvitationRefused, match="no e-mail address is known"):
            invited("10491")
        with pytest.raises(UserExistsAlready):
            invited()
        with pytest.raises(PortalInvitationRefused, match="BROADBILL_PUBLIC_URL"):
            invite(number="10482", site="", actor="test", now=at("2026-01-02"))

        assert not Viewer.objects.exists()
        assert not Message.objects.exists()


class TestSigningIn:
    def test_by_password_leads_home_from_either_door(self, client: Client) -> None:
        choose(Client(), invited())
        page = client.get("/my/sign-in/").content.decode()

        mine = client.post("/my/sign-in/", ADDRESS)
        office = Client().post("/sign-in/", ADDRESS)

        assert problems(page) == []
        assert (mine["Location"], office["Location"]) == ("/my/", "/my/")

    def test_slows_down_guessing(self, client: Client) -> None:
        choose(Client(), invited())
        for _ in range(5):
            client.post("/my/sign-in/", {**ADDRESS, "password": "guess guess guess"})

        client.post("/my/sign-in/", ADDRESS)

        assert client.get("/my/")["Location"] == "/my/sign-in/?next=/my/"

    def test_says_in_the_reader_s_language_until_when_nobody_may_guess(self, client: Client) -> None:
        choose(Client(), invited())
        wrong = {**ADDRESS, "password": "guess guess guess"}
        with time_machine.travel(datetime(2026, 11, 25, 12, 30, 20, tzinfo=UTC), tick=False):
            for _ in range(5):
                client.post("/my/sign-in/", wrong)
            refused = client.post("/my/sign-in/", ADDRESS, headers={"Accept-Language": "de"})

        assert "Zu viele Fehlversuche. Versuchen Sie es um 12:36 Uhr wieder." in refused.content.decode()

    def test_ends_by_signing_out(self, client: Client) -> None:
        choose(client, invited())

        client.post("/my/sign-out/")

        assert client.get("/my/").status_code == 302

    def test_that_was_switched_off_is_refused(self, client: Client) -> None:
        choose(client, invited())
        User.objects.update(is_active=False)

        assert client.get("/my/").status_code == 302


class TestAForgottenPassword:
    def test_is_chosen_anew_by_a_mailed_link_which_ends_other_sessions(self, client: Client) -> None:
        elsewhere = Client()
        choose(elsewhere, invited())

        answer = client.post("/my/sign-in/link/", {"email": "Ada@home.example"})
        choose(client, link(), "eight loud herons")

        assert problems(answer.content.decode()) == []
        assert "A new password" in Message.objects.latest("id").subject
        assert elsewhere.get("/my/").status_code == 302
        assert client.get("/my/").status_code == 200

    def test_is_answered_alike_for_strangers_and_staff_who_get_nothing(self, client: Client) -> None:
        add_user(
            email="clerk@x.example",
            roles=[Role.BILLING],
            password=PASSWORD,
            actor="test",
            now=at("2026-01-01"),
        )
        invited()
        known, *unknown = [
            client.post("/my/sign-in/link/", {"email": email}).content.decode().partition("<main")[2]
            for email in ("ada@home.example", "nobody@x.example", "clerk@x.example")
        ]

        tokens = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
        assert {tokens.sub("", one) for one in unknown} == {tokens.sub("", known)}
        assert Message.objects.filter(kind="portal_password").count() == 1

    def test_is_mailed_a_few_times_a_minute_only(self, client: Client) -> None:
        invited()

        answers = [
            client.post("/my/sign-in/link/", {"email": "ada@home.example"}).status_code for _ in range(6)
        ]

        assert answers == [200, 200, 200, 200, 200, 429]

    def test_is_not_offered_where_nobody_knows_the_address_of_the_pages(
        self, client: Client, settings: Any
    ) -> None:
        settings.PUBLIC_URL = ""

        assert "/my/sign-in/link/" not in client.get("/my/sign-in/").content.decode()
        assert client.get("/my/sign-in/link/").status_code == 404

    def test_of_the_staff_is_not_for_such_a_link(self, client: Client) -> None:
        from broadbill.identity.operations.customers import password_key

        clerk = add_user(
            email="clerk@x.example",
            roles=[Role.BILLING],
            password=PASSWORD,
            actor="test",
            now=at("2026-01-01"),
        )
        key = password_key(clerk)

        page = client.get(f"/my/password/{key['uidb64']}/{key['token']}/", follow=True)

        assert "This link is not good any more" in page.content.decode()


class TestACustomer:
    def test_is_no_staff(self) -> None:
        invited()
        customer = User.objects.get(email="ada@home.example")

        assert not any(customer.may(permission) for permission in Permission)
        assert sign_ins() == []
        with pytest.raises(UserIsUnknown):
            change_roles(email=customer.email, roles=[Role.OWNER], actor="test", now=at("2026-01-02"))

    def test_who_is_unknown_gets_no_letter(self) -> None:
        mail_new_link(email="nobody@x.example", site=SITE, now=at("2026-01-02"))

        assert not Message.objects.exists()
