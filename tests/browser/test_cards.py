"""Cards in a real browser: saved on the gateway's page, charged, confirmed, disputed. The sandbox is the gateway."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.payments.models import CardCharge, OpenItem
from broadbill.payments.operations.sandbox import dispute_charge
from broadbill.payments.operations.webhooks import work_off_waiting
from tests.payments.cards import a_card, charge
from tests.staff import a_colleague
from tests.world import a_plan, a_subscription, an_account, at, bill_through

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS_FOLDER")


@pytest.fixture
def owner(transactional_db: None, settings: Any) -> User:
    """Amina, customer 10482, owes 44.90."""
    settings.GATEWAYS = ["sandbox"]
    amina = an_account("Amina Haddad", number="10482", terms_days=0)
    a_subscription(amina, a_plan("fibre-300", "44.90"), "2026-01-01")
    bill_through("2026-01-01")
    return a_colleague("maria@lakeside.example", "Maria Duarte", Role.OWNER)


def save_card(page: Page, does: str) -> None:
    page.get_by_role("link", name="Add card").click()
    page.get_by_role("button", name="Prepare the page").click()
    page.get_by_role("link", name="Go to the gateway's page").click()
    page.get_by_label(does).check()
    page.get_by_role("button", name="Save card").click()


def charge_card(page: Page) -> None:
    page.get_by_role("link", name="Charge", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Charge card").click()


def test_a_card_is_saved_on_the_gateway_s_page_and_charged(visit: Callable[..., Any], owner: User) -> None:
    seen = visit(staff=owner)
    page = seen.open("/customers/10482/")

    save_card(page, "Is approved")
    expect(page.get_by_text("Visa 4240 is saved.")).to_be_visible()
    charge_card(page)

    expect(page.get_by_text("€44.90 charged, receipt R-")).to_be_visible()
    expect(page.get_by_text("nothing open")).to_be_visible()
    assert (seen.complaints, seen.foreign) == ([], [])


def test_a_decline_says_why_and_a_challenge_is_confirmed_by_the_customer(
    visit: Callable[..., Any], owner: User
) -> None:
    page = visit(staff=owner, size="phone").open("/customers/10482/")

    save_card(page, "Is declined: insufficient funds")
    charge_card(page)
    expect(page.get_by_text("was declined: There is not enough money on it.")).to_be_visible()
    save_card(page, "Asks the customer to confirm")
    charge_card(page)
    expect(page.get_by_text("waits for the customer to confirm it.")).to_be_visible()

    page.get_by_role("link", name="Confirm").click()
    page.get_by_role("link", name="Go to the gateway's page").click()
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/customers/10482/")
    work_off_waiting(now=at("2026-01-11"))
    page.reload()

    expect(page.get_by_text("nothing open")).to_be_visible()
    assert CardCharge.objects.filter(state="succeeded").count() == 1


def test_a_dispute_is_seen_on_the_customer_s_page(visit: Callable[..., Any], owner: User) -> None:
    account = OpenItem.objects.get().account_id
    paid = charge(a_card(account), "44.90", "2026-01-10")
    dispute_charge(reference=paid.reference, state="open", now=at("2026-01-20"))
    work_off_waiting(now=at("2026-01-20"))

    page = visit(staff=owner).open("/customers/10482/")

    expect(page.get_by_text("€44.90 taken back by the card's bank")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("phone", "dark")])
def test_pages_around_cards_and_collections_are_quiet_fit_and_have_no_violation(
    visit: Callable[..., Any], owner: User, size: str, theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    account = OpenItem.objects.get().account_id
    asked = charge(a_card(account, "challenge"), "44.90", "2026-01-10")
    paths = {
        "cards": "/customers/10482/",
        "add-card": "/customers/10482/cards/add/",
        "charged": f"/customers/10482/cards/charged/{asked.id}/",
        "sandbox": asked.next_url,
        "collections": "/collections/",
        "promise": "/customers/10482/promise/",
        "policies": "/collections/policies/",
        "change-policy": "/collections/policies/usual/change/",
        "policy-of-customer": "/customers/10482/dunning-policy/",
    }
    seen, found = visit(size=size, theme=theme, staff=owner, bypass_csp=True), {}
    for name, path in paths.items():
        seen.complaints.clear()
        page = seen.open(path)
        results = Axe().run(page)
        found[name] = (list(seen.complaints), max(seen.overflow(), 0), results.violations_count)
        if results.violations_count:
            print(name, results.generate_report())
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{size}-{theme}.png", full_page=True)

    assert found == dict.fromkeys(paths, ([], 0, 0))
