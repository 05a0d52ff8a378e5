"""Every main page by the keyboard alone: everything is reached, seen when it is reached, and left again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broadbill.accounts.operations.viewers import let_in
from broadbill.billing.models import Document
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.payments.models import Payment
from tests.staff import a_colleague
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through

pytestmark = pytest.mark.django_db(transaction=True)
# More stops than any page has.
MOST_STOPS = 400
PASSWORD = "correct horse battery"

# What a person can act on and sees: closed menus, hidden parts and what has no size are not there for anybody.
REACHABLE = """() => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
  .filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true })
    && !one.closest("dialog:not([open])") && (one.type !== "radio" || one.checked
        || !document.querySelector(`input[name="${one.name}"]:checked`)))
  .map((one, number) => { one.dataset.stop = number; return number; })"""
# Where the focus is, and whether it shows: by an outline, a shadow, or a border that it has only then.
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const shows = style.outlineStyle !== "none" || style.boxShadow !== "none";
  return { stop: one.dataset.stop === undefined ? null : Number(one.dataset.stop), shows,
           html: one.outerHTML.slice(0, 120) };
}"""


@dataclass(frozen=True)
class Cast:
    """The owner, a customer of hers who owes, and their pages."""

    owner: User
    customer: User
    pages: dict[str, tuple[User, str]]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    owner = a_colleague("maria@lakeside.example", "Maria Duarte", Role.OWNER)
    amina = an_account("Amina Haddad", number="10482", street="14 Quay Road", email="amina@home.example")
    a_subscription(amina, a_plan("fibre-300", "44.90"), "2026-09-14")
    bill_through("2026-11-01")
    customer = let_in(number="10482", actor=ACTOR, now=at("2026-11-01"))
    customer.set_password(PASSWORD)
    customer.save()
    invoice = Document.objects.latest("id").number
    office = {
        "overview": "/",
        "customers": "/customers/",
        "customer": "/customers/10482/",
        "new customer": "/new-customer/",
        "payment": "/customers/10482/take-payment/",
        "invoices": "/invoices/",
        "invoice": f"/invoices/{invoice}/",
        "run": "/runs/new/",
        "plan editor": "/new-plan/",
        "people": "/people/",
        "settings": "/settings/",
        "report": "/reports/recurring/",
    }
    portal = {"home": "/my/", "bills": "/my/bills/", "pay": "/my/pay/", "details": "/my/details/"}
    pages = {name: (owner, path) for name, path in office.items()}
    pages |= {f"portal {name}": (customer, path) for name, path in portal.items()}
    return Cast(owner, customer, pages)


PAGES = (
    "overview", "customers", "customer", "new customer", "payment", "invoices", "invoice", "run", "plan editor",
    "people", "settings", "report", "portal home", "portal bills", "portal pay", "portal details",
)  # fmt: skip


def stops_of(page: Page) -> list[dict[str, Any]]:
    """Press Tab from the top of the page until the focus leaves it."""
    stops: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            return stops
        stops.append(focus)
    raise AssertionError(f"the focus never left the page; last it was at {stops[-1]}")


@pytest.mark.parametrize("name", PAGES)
def test_everything_on_a_page_is_reached_seen_and_left(
    visit: Callable[..., Any], cast: Cast, name: str
) -> None:
    person, path = cast.pages[name]
    page = visit(staff=person).open(path)
    page.evaluate("document.activeElement.blur()")
    reachable = set(page.evaluate(REACHABLE))

    stops = stops_of(page)

    assert "skip" in stops[0]["html"], "the first stop leads past the navigation"
    # A day's field is several stops; the browser draws the mark of its calendar by itself.
    seen = {stop["html"] for stop in stops if stop["shows"]}
    assert [stop["html"] for stop in stops if stop["html"] not in seen] == []
    missed = reachable - {stop["stop"] for stop in stops}
    assert [page.locator(f"[data-stop='{one}']").evaluate("e => e.outerHTML") for one in missed] == []


def test_a_payment_is_taken_without_a_pointer(visit: Callable[..., Any], cast: Cast) -> None:
    page = visit(staff=cast.owner).open("/customers/10482/")

    page.get_by_role("link", name="Take payment").focus()
    page.keyboard.press("Enter")
    amount = page.get_by_label("Amount")
    expect(amount).to_be_visible()
    amount.focus()
    page.keyboard.press("Enter")

    expect(page.locator(".toasts")).to_contain_text("recorded")
    assert Payment.objects.count() == 1


def test_a_sheet_keeps_the_focus_and_gives_it_back(visit: Callable[..., Any], cast: Cast) -> None:
    page = visit(staff=cast.owner).open("/customers/10482/")
    opener = page.get_by_role("link", name="Take payment")
    opener.focus()
    page.keyboard.press("Enter")
    page.locator("dialog#sheet[open]").wait_for()

    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog#sheet')"
        )
    page.keyboard.press("Escape")

    expect(opener).to_be_focused()
