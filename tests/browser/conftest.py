"""A real browser over the live server. Without a Chromium on the machine these tests are skipped, with a word why."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import brotli
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

# Playwright's synchronous interface runs an event loop; Django refuses its database inside one unless told.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZES = {
    "desk": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
    "reflow": {"width": 320, "height": 640},
}
COMPRESSED = ("text/", "application/javascript", "application/json", "application/manifest", "image/svg")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    skip = pytest.mark.skip(reason="no Chromium: install Debian's package chromium to run the browser tests")
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(skip)


@dataclass
class Visit:
    """One page in the browser, and everything it asked for or complained about."""

    page: Page
    host: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    def received(self, response: Response) -> None:
        self.responses.append(response)

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.host}{path}")
        self.page.wait_for_load_state("networkidle")
        return self.page

    def weights(self) -> dict[str, int]:
        """Bytes over the wire by path, as Brotli would send them."""
        return {urlsplit(response.url).path: _weight(response) for response in self.responses}

    def overflow(self) -> int:
        return int(
            self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        )


def _weight(response: Response) -> int:
    body = response.body()
    kind = response.headers.get("content-type", "")
    return len(brotli.compress(body)) if kind.startswith(COMPRESSED) else len(body)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(
    browser: Browser, live_server: Any, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visit]]:
    """`visit(size="phone", theme="dark", staff=user)` gives a fresh browser, signed in when staff is named."""
    contexts: list[BrowserContext] = []

    def start(*, size: str = "desk", theme: str = "light", staff: Any = None, **options: Any) -> Visit:
        context = browser.new_context(
            viewport=SIZES[size],  # type: ignore[arg-type]
            color_scheme=theme,  # type: ignore[arg-type]
            has_touch=size != "desk",
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        if staff is not None:
            context.add_cookies([_session_cookie(live_server.url, staff)])
        return _watched(context.new_page(), live_server.url)

    yield start
    for context in contexts:
        context.close()


def _session_cookie(url: str, staff: Any) -> Any:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(staff)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": url,
    }


def _watched(page: Page, host: str) -> Visit:
    made = Visit(page, host)
    page.on("console", lambda message: made.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: made.complaints.append(f"error: {error}"))
    page.on("response", made.received)
    page.on(
        "request",
        lambda asked: made.foreign.append(asked.url) if not asked.url.startswith((host, "data:")) else None,
    )
    return made
