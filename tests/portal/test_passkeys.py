"""A customer's passkeys: one more way in, beside the password and codes by mail."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from broadbill.accounts.operations.change_profile import change_profile
from broadbill.identity.adapters.passkeys import forget_passkey
from broadbill.identity.models import User
from broadbill.kernel.models import Event
from broadbill.messaging.models import Message
from tests.console.page_checker import problems
from tests.portal.conftest import Ada
from tests.world import ACTOR, at

pytestmark = pytest.mark.django_db
PASSWORD = "seven quiet otters"
ADD = "/my/details/passkeys/add/"


def body(response: Any) -> str:
    return str(response.content.decode())


def a_passkey(user: User, name: str = "Firefox, Windows") -> Authenticator:
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name})


@pytest.fixture(autouse=True)
def no_limits_reached() -> None:
    cache.clear()


@pytest.fixture
def ada_s(at_home: Client) -> User:
    return User.objects.get()


@pytest.fixture
def with_password(at_home: Client, ada_s: User) -> User:
    """Ada chose a password, and is signed in with it."""
    ada_s.set_password(PASSWORD)
    ada_s.save()
    at_home.force_login(ada_s)
    return ada_s


class TestTheList:
    def test_names_them_on_the_page_of_details(self, at_home: Client, ada_s: User) -> None:
        without = body(at_home.get("/my/details/"))
        key = a_passkey(ada_s)
        page = body(at_home.get("/my/details/"))

        assert problems(without) == []
        assert problems(page) == []
        assert "Firefox, Windows" not in without
        assert "Firefox, Windows" in page
        assert f'href="/my/details/passkeys/{key.pk}/remove/"' in page


class TestAdding:
    def test_offers_one_that_signs_in_alone_and_knows_its_owner(self, at_home: Client) -> None:
        """WebAuthn §5.4.4: a resident key, and user verification."""
        page = body(at_home.get(ADD, headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/604.1"}))

        assert problems(page) == []
        assert "&quot;residentKey&quot;: &quot;required&quot;" in page
        assert "&quot;userVerification&quot;: &quot;required&quot;" in page
        assert 'value="Safari, iPhone"' in page

    def test_takes_the_password_where_there_is_one(self, at_home: Client, with_password: User) -> None:
        sent = at_home.get(ADD)
        asked = body(at_home.get(sent["Location"]))
        wrong = body(at_home.post(sent["Location"], {"password": "seven loud otters"}))
        right = at_home.post(sent["Location"], {"password": PASSWORD})

        assert sent["Location"] == "/my/details/confirm/?next=%2Fmy%2Fdetails%2Fpasskeys%2Fadd%2F"
        assert problems(asked) == []
        assert "That is not your password." in wrong
        assert right["Location"] == ADD
        assert at_home.get(ADD).status_code == 200

    def test_refuses_what_no_passkey_said(self, at_home: Client) -> None:
        at_home.get(ADD)

        refused = body(at_home.post(ADD, {"name": "x", "credential": '{"type": "public-key"}'}))

        assert "That did not work. Please try again." in refused
        assert not Authenticator.objects.exists()

    def test_speaks_the_account_s_language(self, at_home: Client, ada: Ada) -> None:
        change_profile(account_id=ada.account, changes={"language": "de"}, now=at("2026-02-01"), actor=ACTOR)
        at_home.get(ADD)

        refused = body(at_home.post(ADD, {"name": "x", "credential": '{"type": "public-key"}'}))

        assert "Das hat nicht geklappt." in refused


class TestRemoving:
    def test_asks_first_and_is_told_by_letter(self, at_home: Client, ada: Ada, ada_s: User) -> None:
        change_profile(account_id=ada.account, changes={"language": "fr"}, now=at("2026-02-01"), actor=ACTOR)
        path = f"/my/details/passkeys/{a_passkey(ada_s).pk}/remove/"

        asked = body(at_home.get(path))
        at_home.post(path)

        assert problems(asked) == []
        assert not Authenticator.objects.exists()
        letter = Message.objects.get(kind="portal_passkey")
        assert (letter.recipient, letter.subject) == (ada_s.email, "Une clé d'accès a été retirée")
        assert not Message.objects.filter(kind="second_factor").exists()
        assert Event.objects.get(verb="user.second_factor_removed").actor == ada_s.actor

    def test_takes_the_password_where_there_is_one(self, at_home: Client, with_password: User) -> None:
        sent = at_home.post(f"/my/details/passkeys/{a_passkey(with_password).pk}/remove/")

        assert sent["Location"].startswith("/my/details/confirm/?next=")
        assert Authenticator.objects.count() == 1

    def test_of_somebody_else_s_is_closed(self, at_home: Client, ada_s: User, ben_s: Client) -> None:
        path = f"/my/details/passkeys/{a_passkey(ada_s).pk}/remove/"

        assert (ben_s.get(path).status_code, ben_s.post(path).status_code) == (404, 404)
        assert Authenticator.objects.count() == 1
        assert "Firefox, Windows" not in body(ben_s.get("/my/details/"))


class TestSigningIn:
    def test_with_the_password_stays_possible_and_asks_for_no_passkey(self, with_password: User) -> None:
        a_passkey(with_password)

        answer = Client().post("/my/sign-in/", {"login": with_password.email, "password": PASSWORD})

        assert answer["Location"] == "/my/"

    def test_offers_every_way_and_begins_a_ceremony_for_nobody_in_particular(
        self, client: Client, ada: Ada
    ) -> None:
        page = body(client.get("/my/sign-in/"))
        begun = client.get("/my/sign-in/passkey/", headers={"Accept": "application/json"}).json()

        assert problems(page) == []
        assert "Use a passkey" in page
        assert begun["request_options"]["publicKey"]["userVerification"] == "required"
        assert not begun["request_options"]["publicKey"].get("allowCredentials")

    def test_with_what_no_passkey_said_leads_back_with_a_word(self, client: Client, ada: Ada) -> None:
        client.get("/my/sign-in/passkey/", headers={"Accept": "application/json"})
        for said in ("", "[]", '{"response": {"userHandle": "MQ"}}'):
            page = client.post("/my/sign-in/passkey/", {"credential": said}, follow=True)

            assert page.redirect_chain[-1][0] == "/my/sign-in/"
            assert "That passkey is not known here." in body(page)
            assert problems(body(page)) == []

    def test_is_slowed_down(self, client: Client, ada: Ada) -> None:
        answers = [client.post("/my/sign-in/passkey/", {"credential": ""}).status_code for _ in range(40)]

        assert answers[0] == 302
        assert answers[-1] == 429

    def test_page_without_a_script_leads_to_the_other_ways(self, client: Client, ada: Ada) -> None:
        assert client.get("/my/sign-in/passkey/")["Location"] == "/my/sign-in/"


class TestForgetting:
    def test_keeps_no_recovery_codes_around(self, rf: Any, ada_s: User) -> None:
        """A customer never had any: with the last passkey nothing else goes."""
        request = rf.post("/")
        request.user = ada_s
        first, second = a_passkey(ada_s, "one"), a_passkey(ada_s, "two")

        forget_passkey(request, first)

        assert list(Authenticator.objects.all()) == [second]
