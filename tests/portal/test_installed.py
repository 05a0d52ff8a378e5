"""The portal installed: its manifest, icons, worker and the page without a network, none of which knows anybody."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from broadbill.accounts.operations.provider import change_provider
from tests.console.page_checker import problems
from tests.world import ACTOR, at

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


class TestTheManifest:
    def test_begins_at_home_and_names_icons_that_are_there(self, client: Client) -> None:
        answer = client.get("/my/manifest.webmanifest")
        told = json.loads(answer.content)

        icons = [client.get(icon["src"]) for icon in told["icons"]]
        sizes = [Image.open(BytesIO(icon.content)).size for icon in icons]

        assert answer["Content-Type"] == "application/manifest+json"
        assert (told["start_url"], told["scope"], told["display"]) == ("/my/", "/my/", "standalone")
        assert [f"{width}x{height}" for width, height in sizes] == [icon["sizes"] for icon in told["icons"]]
        assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}

    def test_is_named_by_every_page(self, client: Client) -> None:
        page = body(client.get("/my/sign-in/"))

        assert '<link rel="manifest" href="/my/manifest.webmanifest">' in page
        assert '<link rel="apple-touch-icon" href="/my/icon/180/full.png">' in page


class TestTheIcon:
    def test_is_of_the_operator_s_colour_to_the_edge_where_others_cut_it(self, client: Client) -> None:
        change_provider(changes={"brand_hue": 145}, now=at("2026-01-01"), actor=ACTOR)
        full, rounded = (
            Image.open(BytesIO(client.get(f"/my/icon/192/{shape}.png").content)).convert("RGBA")
            for shape in ("full", "round")
        )

        corner: Any = full.getpixel((0, 0))
        outside: Any = rounded.getpixel((0, 0))
        assert corner[1] > corner[0]
        assert corner[1] > corner[2]
        assert (corner[3], outside[3]) == (255, 0)

    def test_is_drawn_in_its_own_sizes_alone(self, client: Client) -> None:
        assert Image.open(BytesIO(client.get("/my/icon/99999/full.png").content)).size == (512, 512)


class TestTheWorker:
    def test_keeps_what_pages_are_drawn_with_and_no_page_but_one(self, client: Client) -> None:
        answer = client.get("/my/worker.js")
        (listed,) = re.findall(r"const SHELL = (\[.*\]);", body(answer))

        shell = json.loads(listed)
        assert answer["Content-Type"].startswith("text/javascript")
        assert answer["Cache-Control"] == "no-cache"
        assert [path for path in shell if path.startswith("/my/")] == ["/my/offline/"]
        assert {client.get(path).status_code for path in shell if not path.startswith("/static/")} == {200}

    def test_is_named_anew_when_what_it_keeps_changes(self, client: Client) -> None:
        names = {
            re.findall(
                r'const CACHE = "(portal-\w{12})"',
                body(client.get("/my/worker.js", headers={"accept-language": of})),
            )[0]
            for of in ("en", "en", "de")
        }

        assert len(names) == 2


class TestWithoutANetwork:
    def test_the_page_says_so_and_knows_nobody(self, client: Client) -> None:
        page = body(client.get("/my/offline/"))

        assert problems(page) == []
        assert "There is no network" in page
        assert "csrf" not in page
