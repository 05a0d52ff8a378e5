"""Seeing a customer's portal from the office, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from broadbill.identity.domain.permissions import Role
from tests.staff import a_colleague
from tests.world import an_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("phone", "dark")])
def test_support_sees_the_portal_and_comes_back(visit: Callable[..., Any], size: str, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    an_account("Ada Lovelace", number="10482", email="ada@home.example")
    sam = a_colleague("sam@lakeside.example", "Sam Support", Role.SUPPORT)
    seen = visit(size=size, theme=theme, staff=sam, bypass_csp=True)
    page = seen.open("/customers/10482/")

    page.get_by_text("More", exact=True).locator("visible=true").first.click()
    page.get_by_role("link", name="See their portal").click()
    page.get_by_label("Why").fill("Ticket 12")
    page.get_by_role("button", name="Open the portal").click()
    page.wait_for_url("**/my/")
    banner = page.get_by_role("complementary", name="Seen by the staff")
    expect(banner).to_contain_text("Sam Support sees the portal of Ada Lovelace, 10482.")
    assert seen.overflow() <= 0
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    page.goto(f"{seen.host}/my/details/")
    expect(banner).to_be_visible()

    banner.get_by_role("button", name="End").click()
    page.wait_for_url("**/customers/10482/")
    expect(page.get_by_text("Portal left again")).to_be_visible()
    assert seen.complaints == []
