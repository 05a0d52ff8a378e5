"""Signing in by e-mail address, and what guards it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from broadbill.identity.domain.permissions import Role
from broadbill.identity.operations import refuse_sign_in, set_password
from tests.identity.conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db


class TestSigningIn:
    @pytest.mark.parametrize("email", ["billing@example.org", "BILLING@example.org"])
    def test_takes_address_and_password(self, client, member, email):
        member(Role.BILLING)

        answer = client.post("/sign-in/", {"login": email, "password": PASSWORD})

        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert client.get("/password/").status_code == 200

    def test_refuses_a_wrong_password(self, client, member):
        member(Role.BILLING)

        answer = client.post("/sign-in/", {"login": "billing@example.org", "password": "wrong password"})

        assert answer.status_code in {200, 422}
        assert client.get("/password/").status_code == 302

    def test_refuses_somebody_shut_out(self, client, member):
        member(Role.OWNER)
        refuse_sign_in(email=member(Role.BILLING).email, actor="test", now=NOW)

        client.post("/sign-in/", {"login": "billing@example.org", "password": PASSWORD})

        assert client.get("/password/").status_code == 302

    def test_slows_down_guessing(self, client, member):
        member(Role.BILLING)
        for _ in range(5):
            client.post("/sign-in/", {"login": "billing@example.org", "password": "guess guess guess"})

        client.post("/sign-in/", {"login": "billing@example.org", "password": PASSWORD})

        assert client.get("/password/").status_code == 302

    def test_says_until_when_nobody_may_guess(self, client, member):
        member(Role.BILLING)
        with time_machine.travel(datetime(2026, 11, 25, 12, 30, 20, tzinfo=UTC), tick=False):
            for _ in range(5):
                client.post("/sign-in/", {"login": "billing@example.org", "password": "guess guess guess"})
            refused = client.post("/sign-in/", {"login": "billing@example.org", "password": PASSWORD})
        with time_machine.travel(datetime(2026, 11, 25, 12, 36, tzinfo=UTC), tick=False):
            client.post("/sign-in/", {"login": "billing@example.org", "password": PASSWORD})
            again = client.get("/password/")

        assert "Too many failed attempts. Try again at 12:36." in refused.content.decode()
        assert again.status_code == 200


class TestASession:
    def test_ends_when_its_owner_is_shut_out(self, signed_in):
        browser = signed_in(Role.BILLING)
        assert browser.get("/password/").status_code == 200

        refuse_sign_in(email="billing@example.org", actor="test", now=NOW)

        assert browser.get("/password/").status_code == 302

    def test_ends_when_the_password_is_changed_for_its_owner(self, signed_in):
        browser = signed_in(Role.BILLING)

        set_password(email="billing@example.org", password="another long one", actor="test", now=NOW)

        assert browser.get("/password/").status_code == 302

    def test_ends_by_signing_out(self, signed_in):
        browser = signed_in(Role.BILLING)

        browser.post("/sign-out/")

        assert browser.get("/password/").status_code == 302


class TestHeaders:
    def test_allow_nothing_that_is_not_our_own(self, client):
        headers = client.get("/sign-in/").headers

        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert {
            policy[kind] for kind in ("script-src", "style-src", "img-src", "font-src", "connect-src")
        } == {"'self'"}
        assert policy["frame-ancestors"] == "'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"

    def test_keep_cookies_from_scripts_and_other_sites(self, client, member):
        member(Role.BILLING)
        client.post("/sign-in/", {"login": "billing@example.org", "password": PASSWORD})

        session = client.cookies["broadbill_session"]

        assert (session["httponly"], session["samesite"]) == (True, "Lax")

    def test_refuse_a_form_from_elsewhere(self, member):
        from django.test import Client

        answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "x", "password": "y"})

        assert answer.status_code == 403

    def test_refuse_an_unknown_host_name(self, client):
        assert client.get("/sign-in/", headers={"Host": "evil.example"}).status_code == 400
