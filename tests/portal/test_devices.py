"""Where a customer is signed in, and signing out from afar."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from broadbill.identity.domain.devices import device_words
from broadbill.identity.models import User
from broadbill.kernel.models import Event
from tests.console.page_checker import problems

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


def body(response: Any) -> str:
    return str(response.content.decode())


class TestADevice:
    @pytest.mark.parametrize(
        ("said", "words"),
        [
            (FIREFOX, "Firefox, Windows"),
            (IPHONE, "Safari, iPhone"),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36 EdgA/140.0",
                "Edge, Android",
            ),
            ("curl/8", ""),
        ],
    )
    def test_is_named_as_its_owner_would(self, said: str, words: str) -> None:
        assert device_words(said) == words


@pytest.mark.django_db
class TestTheList:
    @pytest.fixture
    def elsewhere(self, at_home: Client) -> Client:
        """Ada, signed in on her telephone as well."""
        phone = Client(HTTP_USER_AGENT=IPHONE)
        phone.force_login(User.objects.get())
        phone.get("/my/details/devices/")
        return phone

    def test_names_every_device_and_this_one(self, at_home: Client, elsewhere: Client) -> None:
        page = body(at_home.get("/my/details/devices/"))

        assert problems(page) == []
        assert "Safari, iPhone" in page
        assert page.count("badge good") == 1
        assert 'href="/my/details/devices/"' in body(at_home.get("/my/details/"))

    def test_signs_one_out(self, at_home: Client, elsewhere: Client) -> None:
        (there,) = re.findall(
            r'action="(/my/details/devices/\d+/)"', body(at_home.get("/my/details/devices/"))
        )

        at_home.post(there)

        assert elsewhere.get("/my/").status_code == 302
        assert at_home.get("/my/").status_code == 200
        assert Event.objects.filter(verb="user.session_ended").count() == 1

    def test_signs_all_others_out(self, at_home: Client, elsewhere: Client) -> None:
        at_home.post("/my/details/devices/others/")

        assert elsewhere.get("/my/").status_code == 302
        assert at_home.get("/my/").status_code == 200

    def test_of_somebody_else_is_closed(self, at_home: Client, elsewhere: Client, ben_s: Client) -> None:
        (there,) = re.findall(
            r'action="(/my/details/devices/\d+/)"', body(at_home.get("/my/details/devices/"))
        )

        assert ben_s.post(there).status_code == 404
        assert elsewhere.get("/my/").status_code == 200
        assert "iPhone" not in body(ben_s.get("/my/details/devices/"))
