"""Adding a second factor in a real browser, and signing in with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.identity.operations.second_factor import require_second_factor
from broadbill.identity.queries.second_factors import second_factors_of
from tests.identity.conftest import NOW
from tests.staff import a_colleague
from tests.totp import code_of

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse battery"


@pytest.fixture
def maria() -> User:
    user = a_colleague("maria@lakeside.example", "Maria Duarte", Role.OWNER)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(page: Page, person: User) -> None:
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def confirm(page: Page) -> None:
    page.get_by_role("heading", name="Is it you?").wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def with_a_thumb(page: Page) -> None:
    """Give the browser an authenticator such as a phone or laptop has: it knows its owner, who always agrees."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_who_needs_one_is_led_to_an_app_and_signs_in_with_its_code(
    visit: Callable[..., Any], maria: User, size: str
) -> None:
    require_second_factor(role=Role.OWNER, needed=True, actor="test", now=NOW)
    seen = visit(size=size)
    page = seen.open("/invoices/")
    sign_in(page, maria)
    expect(page.get_by_text("Your role needs a second factor.")).to_be_visible()
    assert seen.overflow() <= 0

    page.get_by_role("link", name="Add an app").click()
    confirm(page)
    secret = page.locator("code").inner_text()
    expect(page.get_by_role("img", name="Code to scan with the app")).to_be_visible()
    assert seen.overflow() <= 0
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Add the app").click()
    expect(page.locator("ol.codes li")).to_have_count(10)
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("10 are left")).to_be_visible()
    assert seen.complaints == []
    assert seen.foreign == []

    again = visit(size=size)
    page = again.open("/invoices/")
    sign_in(page, maria)
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Invoices", level=1)).to_be_visible()
    assert again.complaints == []


def test_a_passkey_signs_in_without_a_password(visit: Callable[..., Any], maria: User) -> None:
    seen = visit()
    # A passkey belongs to a name, never to a number: https://www.w3.org/TR/webauthn-3/#rp-id
    seen.host = seen.host.replace("127.0.0.1", "localhost")
    page = seen.open("/my-sign-in/")
    with_a_thumb(page)
    sign_in(page, maria)
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page)
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.locator("ol.codes li")).to_have_count(10)
    assert [one.name for one in second_factors_of(maria.pk).passkeys] == ["Passkey 1"]

    page.context.clear_cookies()
    page.goto(f"{seen.host}/sign-in/")
    page.get_by_role("button", name="Use a passkey").click()
    page.locator("nav[aria-label=Main]").first.wait_for()
    page.goto(f"{seen.host}/my-sign-in/")

    expect(page.get_by_role("link", name="Remove Passkey 1")).to_be_visible()
    assert seen.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/my-sign-in/", "/people/", "/roles/", "/roles/billing/", "/people/invite/"]
)
def test_pages_have_no_accessibility_violation(
    visit: Callable[..., Any], maria: User, path: str, theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    seen = visit(size="phone", theme=theme, staff=maria, bypass_csp=True)

    results = Axe().run(seen.open(path))

    assert results.violations_count == 0, results.generate_report()
    assert seen.overflow() <= 0
