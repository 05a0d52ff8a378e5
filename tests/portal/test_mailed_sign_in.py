"""A way in without a password: by a link or a code from a letter, once, for a quarter of an hour."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from broadbill.accounts.operations.viewers import let_in
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.identity.operations import add_user
from broadbill.messaging.models import Message
from broadbill.portal import demo
from tests.console.page_checker import problems
from tests.portal.conftest import INVITED_AT, Ada
from tests.world import ACTOR, at

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def invited(ada: Ada) -> None:
    cache.clear()
    let_in(number="10482", actor=ACTOR, now=INVITED_AT)


def body(response: Any) -> str:
    return str(response.content.decode())


def asked(client: Client, email: str = "ada@home.example") -> Any:
    return client.post("/my/sign-in/mail/", {"email": email}, follow=True)


def letter() -> Message:
    return Message.objects.filter(kind="portal_sign_in").latest("id")


def code() -> str:
    return re.findall(r"^([B-Z]{4}-[B-Z]{4})$", letter().body_text, re.MULTILINE)[0]


def link() -> str:
    return re.findall(r"https://my\.lakeside\.example(/my/sign-in/by/\S+)", letter().body_text)[0]


def is_in(client: Client) -> bool:
    return client.get("/my/").status_code == 200


class TestTheCode:
    def test_signs_in_where_it_was_asked_for(self, client: Client) -> None:
        page = asked(client)

        done = client.post("/my/sign-in/code/", {"code": code().lower().replace("-", " ")})

        assert problems(body(page)) == []
        assert letter().recipient == "ada@home.example"
        assert done["Location"] == "/my/"
        assert is_in(client)

    def test_opens_nothing_elsewhere(self, client: Client) -> None:
        asked(client)

        elsewhere = Client().post("/my/sign-in/code/", {"code": code()})

        assert elsewhere["Location"] == "/my/sign-in/mail/"

    def test_is_lost_after_five_wrong_ones(self, client: Client) -> None:
        asked(client)

        wrong = [client.post("/my/sign-in/code/", {"code": "BBBB-BBBB"}) for _ in range(5)]

        assert "not the code of our latest message" in body(wrong[0])
        assert "Ask for a new one" in body(wrong[4])
        assert [problems(body(one)) for one in (wrong[0], wrong[4])] == [[], []]
        assert client.post("/my/sign-in/code/", {"code": code()})["Location"] == "/my/sign-in/mail/"

    def test_is_worthless_after_a_quarter_of_an_hour(self, client: Client) -> None:
        with time_machine.travel(NOON, tick=False):
            asked(client)
        with time_machine.travel(NOON + timedelta(minutes=15, seconds=1), tick=False):
            late = client.post("/my/sign-in/code/", {"code": code()})

        assert late.status_code == 422
        assert "This code is not good any more" in body(late)


class TestTheLink:
    def test_signs_in_on_any_device_but_not_by_being_opened(self, client: Client) -> None:
        asked(client)
        other = Client()

        opened = other.get(link())
        assert not is_in(other)
        other.post(link())

        assert problems(body(opened)) == []
        assert is_in(other)

    def test_works_once_and_not_beside_its_code(self, client: Client) -> None:
        asked(client)
        Client().post(link())

        again = Client().post(link())

        assert again.status_code == 422
        assert problems(body(again)) == []
        assert client.post("/my/sign-in/code/", {"code": code()}).status_code == 422

    def test_is_worthless_after_a_quarter_of_an_hour(self, client: Client) -> None:
        with time_machine.travel(NOON, tick=False):
            asked(client)
        with time_machine.travel(NOON + timedelta(minutes=15, seconds=1), tick=False):
            assert Client().post(link()).status_code == 422

    def test_that_was_made_up_opens_nothing(self, client: Client) -> None:
        assert client.post("/my/sign-in/by/eyJ1c2VyIjoxfQ:1:x/").status_code == 422
        assert not is_in(client)

    def test_is_not_in_the_letter_where_nobody_set_an_address(self, client: Client, settings: Any) -> None:
        settings.PUBLIC_URL = ""

        asked(client)

        assert "/my/sign-in/by/" not in letter().body_text
        assert client.post("/my/sign-in/code/", {"code": code()})["Location"] == "/my/"


class TestAsking:
    def test_answers_the_same_to_whoever_is_no_customer(self, client: Client) -> None:
        add_user(
            email="clerk@x.example",
            roles=[Role.BILLING],
            password="a long password",
            actor="t",
            now=at("2026-01-01"),
        )
        User.objects.create(email="gone@x.example", is_customer=True, is_active=False)

        known = body(asked(client))
        others = [
            asked(Client(), email) for email in ("nobody@x.example", "clerk@x.example", "gone@x.example")
        ]

        def bare(page: str) -> str:
            return re.sub(r'value="[^"]{64}"', "", page)

        assert {bare(body(other)) for other in others} == {bare(known)}
        assert Message.objects.filter(kind="portal_sign_in").count() == 1

    def test_is_slowed_down(self, client: Client) -> None:
        answers = [
            client.post("/my/sign-in/mail/", {"email": "ada@home.example"}).status_code for _ in range(4)
        ]

        assert answers == [302, 302, 302, 429]

    def test_needs_an_address(self, client: Client) -> None:
        refused = client.post("/my/sign-in/mail/", {"email": "ada"})

        assert refused.status_code == 422
        assert problems(body(refused)) == []


class TestTheDemo:
    def page(self, client: Client, monkeypatch: pytest.MonkeyPatch, **state: str) -> str:
        """The page in a home that remembers that much."""
        monkeypatch.setattr(demo, "current_home", type("Home", (), {"state": lambda _self: state}))
        return body(client.get("/my/sign-in/"))

    def test_offers_its_customer_on_the_page(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        password = "otter-quay-reeds-0001"

        page = self.page(client, monkeypatch, demo_customer="ada@home.example", demo_password=password)

        assert problems(page) == []
        assert f'value="{password}"' in page

    def test_alone_does(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "demo" not in self.page(client, monkeypatch)
