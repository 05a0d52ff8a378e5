"""A customer's passkey in a real browser: added, used to sign in, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from broadbill.accounts.operations.viewers import let_in
from broadbill.kernel.models import Event
from broadbill.messaging.models import Message
from tests.browser.test_second_factor import PASSWORD, with_a_thumb
from tests.world import ACTOR, an_account, at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_customer_adds_a_passkey_and_signs_in_with_it(visit: Callable[..., Any], size: str) -> None:
    an_account("Ada Lovelace", number="10482", email="ada@home.example")
    ada = let_in(number="10482", actor=ACTOR, now=at("2026-01-01"))
    ada.set_password(PASSWORD)
    ada.save()
    seen = visit(size=size)
    # A passkey belongs to a name, never to a number: https://www.w3.org/TR/webauthn-3/#rp-id
    seen.host = seen.host.replace("127.0.0.1", "localhost")
    page = seen.open("/my/details/")
    with_a_thumb(page)
    page.get_by_label("E-mail").fill(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("What do you call it?").fill("My telephone")
    assert seen.overflow() <= 0
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    expect(page.get_by_text("My telephone").first).to_be_visible()
    assert [one.type for one in Authenticator.objects.all()] == [Authenticator.Type.WEBAUTHN]
    assert Event.objects.filter(verb="user.second_factor_added", actor=ada.actor).count() == 1
    assert Message.objects.get(kind="portal_passkey").subject == "A passkey was added"

    page.context.clear_cookies()
    page.goto(f"{seen.host}/my/sign-in/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/my/")
    page.goto(f"{seen.host}/my/details/")
    expect(page.get_by_text("last used")).to_be_visible()

    page.get_by_role("link", name="Remove My telephone").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("My telephone is removed.")).to_be_visible()
    assert not Authenticator.objects.exists()
    assert seen.complaints == []
    assert seen.foreign == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/my/sign-in/", "/my/details/", "/my/details/passkeys/add/"])
def test_pages_have_no_accessibility_violation(visit: Callable[..., Any], path: str, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    an_account("Ada Lovelace", number="10482", email="ada@home.example")
    ada = let_in(number="10482", actor=ACTOR, now=at("2026-01-01"))
    signed_in = None if "sign-in" in path else ada
    seen = visit(size="phone", theme=theme, staff=signed_in, bypass_csp=True)

    results = Axe().run(seen.open(path))

    assert results.violations_count == 0, results.generate_report()
    assert seen.overflow() <= 0
