"""A second factor: needed by a role, added by its owner, taken away from somebody who lost it."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from broadbill.identity.domain.errors import RoleIsUnknown, UserIsUnknown
from broadbill.identity.domain.permissions import Role
from broadbill.identity.operations.second_factor import remove_second_factors, require_second_factor
from broadbill.identity.queries.users import sign_ins
from broadbill.kernel.models import Event
from broadbill.messaging.models import Message
from tests.identity.conftest import NOW, PASSWORD
from tests.totp import code_of

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def need(role: Role) -> None:
    require_second_factor(role=role, needed=True, actor="user:1", now=NOW)


def sign_in(client: Client, role: Role) -> str:
    """Where the right password leads."""
    answer = client.post("/sign-in/", {"login": f"{role}@example.org", "password": PASSWORD})
    return str(answer["Location"])


def confirm(client: Client) -> None:
    """Changing how one signs in takes the password once more."""
    client.post("/my-sign-in/confirm/", {"password": PASSWORD})


def add_app(client: Client) -> tuple[str, list[str]]:
    """The app's secret and the recovery codes, as somebody reads them from the pages."""
    confirm(client)
    page = client.get("/my-sign-in/app/add/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret
    answer = client.post("/my-sign-in/app/add/", {"code": code_of(secret[1])}, follow=True)
    return secret[1], re.findall(r"<code>(\d{8})</code>", answer.content.decode())


class TestAddingAnApp:
    def test_asks_for_the_code_at_the_next_sign_in(self, client, member):
        member(Role.BILLING)
        sign_in(client, Role.BILLING)
        secret, _codes = add_app(client)
        fresh = Client()

        assert sign_in(fresh, Role.BILLING) == "/sign-in/second-factor/"
        assert fresh.get("/password/").status_code == 302
        assert fresh.post("/sign-in/second-factor/", {"code": "000000"}).status_code == 200
        assert fresh.get("/password/").status_code == 302
        answer = fresh.post("/sign-in/second-factor/", {"code": code_of(secret)})

        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert fresh.get("/password/").status_code == 200

    def test_shows_ten_recovery_codes_once_and_each_signs_in_once(self, client, member):
        member(Role.BILLING)
        sign_in(client, Role.BILLING)
        _secret, codes = add_app(client)

        assert len(set(codes)) == 10
        assert codes[0] not in client.get("/my-sign-in/recovery-codes/").content.decode()
        for found in ("/", ""):
            fresh = Client()
            sign_in(fresh, Role.BILLING)
            answer = fresh.post("/sign-in/second-factor/", {"code": codes[0]})
            assert answer.headers.get("Location", "") == found

    def test_is_refused_with_a_wrong_code(self, client, member):
        member(Role.BILLING)
        sign_in(client, Role.BILLING)
        confirm(client)
        client.get("/my-sign-in/app/add/")

        answer = client.post("/my-sign-in/app/add/", {"code": "123456"})

        assert "Incorrect code" in answer.content.decode()

        assert not Authenticator.objects.exists()

    def test_asks_for_the_password_once_more(self, client, member):
        member(Role.BILLING)
        sign_in(client, Role.BILLING)

        answer = client.get("/my-sign-in/app/add/")

        assert (answer.status_code, answer["Location"]) == (
            302,
            "/my-sign-in/confirm/?next=%2Fmy-sign-in%2Fapp%2Fadd%2F",
        )
        answer = client.post(answer["Location"], {"password": PASSWORD})
        assert answer["Location"] == "/my-sign-in/app/add/"
        assert client.get("/my-sign-in/app/add/").status_code == 200

    def test_is_kept_as_an_event_and_told_by_letter(self, client, member, django_capture_on_commit_callbacks):
        ann = member(Role.BILLING)
        sign_in(client, Role.BILLING)
        with django_capture_on_commit_callbacks(execute=True):
            add_app(client)

        event = Event.objects.get(verb="user.second_factor_added", data__type="totp")
        letter = Message.objects.filter(kind="second_factor").order_by("id")[0]
        assert event.actor == ann.actor
        assert letter.recipient == ann.email
        assert "was added to your sign-in" in letter.body_text

    def test_keeps_no_secret_in_clear(self, member):
        TOTP.activate(member(Role.BILLING), SECRET)

        assert SECRET not in str(Authenticator.objects.get().data)

    def test_slows_down_guessing_codes(self, client, member):
        member(Role.BILLING)
        sign_in(client, Role.BILLING)
        secret, _codes = add_app(client)
        fresh = Client()
        sign_in(fresh, Role.BILLING)
        for guess in range(5):
            fresh.post("/sign-in/second-factor/", {"code": f"{guess:06d}"})

        answer = fresh.post("/sign-in/second-factor/", {"code": code_of(secret)})

        assert "Wait five minutes" in answer.content.decode()
        assert fresh.get("/password/").status_code == 302


class TestARoleThatNeedsOne:
    def test_lets_its_people_do_nothing_before_they_have_added_one(self, client, member):
        member(Role.BILLING)
        need(Role.BILLING)
        sign_in(client, Role.BILLING)

        for path in ("/", "/invoices/", "/password/", "/search/"):
            assert client.get(path)["Location"] == "/my-sign-in/", path
        assert client.get("/invoices/", headers={"HX-Request": "true"})["HX-Redirect"] == "/my-sign-in/"
        assert "Your role needs a second factor" in client.get("/my-sign-in/").content.decode()
        add_app(client)
        assert client.get("/invoices/").status_code == 200

    def test_lets_them_leave(self, client, member):
        member(Role.BILLING)
        need(Role.BILLING)
        sign_in(client, Role.BILLING)

        assert client.post("/sign-out/").status_code == 302
        assert client.get("/invoices/")["Location"].startswith("/sign-in/")

    def test_asks_nothing_of_others(self, client, member):
        need(Role.BILLING)
        client.force_login(member(Role.OWNER))

        assert client.get("/invoices/").status_code == 200

    def test_keeps_the_last_one_there_is(self, client, member):
        member(Role.BILLING)
        sign_in(client, Role.BILLING)
        add_app(client)
        need(Role.BILLING)

        answer = client.post("/my-sign-in/app/remove/")

        assert "You cannot deactivate two-factor authentication" in answer.content.decode()
        assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()

    def test_is_asked_with_the_roles_in_the_one_query_of_a_page(
        self, client, member, django_assert_num_queries
    ):
        need(Role.OWNER)
        TOTP.activate(member(Role.OWNER), SECRET)
        client.post("/sign-in/", {"login": "owner@example.org", "password": PASSWORD})
        client.post("/sign-in/second-factor/", {"code": code_of(SECRET)})

        with django_assert_num_queries(3):  # the session, the person with roles and factor, the brand
            client.get("/password/")

    def test_is_said_and_unsaid_as_events(self, member):
        need(Role.BILLING)
        need(Role.BILLING)
        require_second_factor(role=Role.BILLING, needed=False, actor="user:1", now=NOW)

        assert list(Event.objects.order_by("id").values_list("verb", flat=True)) == [
            "role.second_factor_required",
            "role.second_factor_left_free",
        ]

    def test_must_be_a_role(self):
        with pytest.raises(RoleIsUnknown):
            require_second_factor(role="cook", needed=True, actor="user:1", now=NOW)


class TestTakingOneAway:
    def test_lets_the_password_alone_sign_in_again_and_tells_its_owner(self, client, member):
        ann = member(Role.BILLING)
        TOTP.activate(ann, SECRET)
        assert [one.has_second_factor for one in sign_ins()] == [True]

        remove_second_factors(email=ann.email, actor="user:1", now=NOW)

        assert [one.has_second_factor for one in sign_ins()] == [False]
        assert sign_in(client, Role.BILLING) == "/"
        assert Event.objects.filter(verb="user.second_factor_reset", actor="user:1").count() == 1
        assert Message.objects.get(kind="second_factor").recipient == ann.email

    def test_tells_nobody_where_there_was_none(self, member):
        remove_second_factors(email=member(Role.BILLING).email, actor="user:1", now=NOW)

        assert not Message.objects.exists()

    def test_is_for_the_staff(self):
        with pytest.raises(UserIsUnknown):
            remove_second_factors(email="nobody@example.org", actor="user:1", now=NOW)
