"""The customer's pages in a real browser: looks, accessibility, and the way from the letter to a paid bill."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from broadbill.accounts.models import Account
from broadbill.accounts.operations.change_profile import change_profile
from broadbill.accounts.operations.viewers import invite, let_in
from broadbill.billing.models import Document
from broadbill.identity.models import User
from broadbill.messaging.models import Message
from broadbill.payments.models import Payment
from broadbill.payments.operations.webhooks import work_off_waiting
from broadbill.support.domain.topics import Topic
from broadbill.support.operations.tickets import NewTicket, answer, open_ticket
from broadbill.usage.operations.record import record_usage
from tests.payments.cards import a_card
from tests.usage.metered import PER_GB, a_metered_plan, used
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, pay

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS_FOLDER")


@dataclass(frozen=True)
class Home:
    """Amina has paid October, owes November, and has a card that asks to be confirmed; Nuno has nothing yet."""

    amina: User
    nuno: User
    bill: str
    card: int
    ticket: int


@pytest.fixture
def home(transactional_db: None, settings: Any) -> Home:
    settings.GATEWAYS = ["sandbox"]
    settings.PUBLIC_URL = "https://my.lakeside.example"
    account = an_account("Amina Haddad", number="10482", street="14 Quay Road", email="amina@home.example")
    an_account("Nuno Alves", number="10500", email="nuno@home.example")
    a_subscription(account, a_plan("fibre-300", "44.90"), "2026-10-13", extras=("Static IP",))
    bill_through("2026-10-13")
    pay(account, "27.52", "2026-10-20")  # 44.90 × 19 ÷ 31
    bill_through("2026-11-01")
    service = a_subscription(
        account, a_metered_plan("sim", ("data_gb", PER_GB | {"included": "100"})), "2026-10-13"
    )
    today = timezone.now()
    record_usage(
        records=[
            used(account, service, (today - timedelta(days=ago)).isoformat(), str(3 + ago % 5))
            for ago in range(28)
        ],
        now=today,
        actor=ACTOR,
    )
    card = a_card(account, "challenge", on="2026-11-02")
    amina, nuno = (let_in(number=number, actor=ACTOR, now=at("2026-11-01")) for number in ("10482", "10500"))
    asked = NewTicket(
        account_id=account, topic=Topic.FAULT, subject="Slow evenings", body="Since Monday.", by_customer=True
    )
    ticket = open_ticket(ticket=asked, now=today, actor=amina.actor)
    answer(ticket_id=ticket, body="A technician comes.", solves=False, now=today, actor=ACTOR)
    return Home(amina, nuno, Document.objects.latest("id").number, card.id, ticket)


def paths(home: Home) -> dict[str, str]:
    return {
        "home": "/my/",
        "plan": "/my/plan/",
        "usage": "/my/usage/",
        "bills": "/my/bills/",
        "bill": f"/my/bills/{home.bill}/",
        "statement": "/my/statement/?year=2026",
        "pay": "/my/pay/",
        "cards": "/my/cards/",
        "add-card": "/my/cards/add/",
        "remove-card": f"/my/cards/{home.card}/remove/",
        "status": "/my/status/",
        "wallet": "/my/wallet/",
        "details": "/my/details/",
        "address": "/my/details/address/",
        "new-contact": "/my/details/people/new/",
        "password": "/my/details/password/",
        "devices": "/my/details/devices/",
        "help": "/my/help/",
        "new-ticket": "/my/help/new/",
        "ticket": f"/my/help/{home.ticket}/",
        "dispute": f"/my/bills/{home.bill}/dispute/1/",
        "missing": "/my/bills/none/",
    }


MIRRORED = ("home", "bills", "bill", "usage", "pay", "details", "help", "ticket")
ENTRANCES = {
    "sign-in": "/my/sign-in/",
    "new-link": "/my/sign-in/link/",
    "mail-me": "/my/sign-in/mail/",
    "by-link": "/my/sign-in/by/none/",
    "stale-link": "/my/password/MQ/c1-2/",
}


# Each size and each theme once: what a page looks like hangs on one or the other, hardly ever on both.
@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("phone", "dark")])
class TestPages:
    def test_are_quiet_fit_and_have_no_violation(
        self, visit: Callable[..., Any], home: Home, size: str, theme: str
    ) -> None:
        # Axe is injected, which the policy forbids; the journey keeps the policy.
        look = {"size": size, "theme": theme, "bypass_csp": True}
        found = seen_by(visit(staff=home.amina, **look), paths(home), size, theme)
        found |= seen_by(
            visit(staff=home.nuno, **look), {"new-home": "/my/", "new-bills": "/my/bills/"}, size, theme
        )
        found |= seen_by(visit(**look), ENTRANCES, size, theme)

        assert found == dict.fromkeys(found, ([], [], 0, 0))
        assert len(found) == 29


def seen_by(seen: Any, pages: dict[str, str], size: str, theme: str) -> dict[str, Any]:
    """For each page: what the browser complained of, foreign addresses, pixels too wide, violations."""
    from axe_playwright_python.sync_playwright import Axe

    found = {}
    for name, path in pages.items():
        seen.complaints.clear()
        page = seen.open(path)
        results = Axe().run(page)
        quiet = [words for words in seen.complaints if "status of 404" not in words or name != "missing"]
        found[name] = (quiet, seen.foreign, max(seen.overflow(), 0), results.violations_count)
        if results.violations_count:
            print(name, results.generate_report())
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"my-{name}-{size}-{theme}.png", full_page=True)
    return found


@pytest.mark.parametrize(("size", "theme"), [("phone", "light"), ("desk", "dark")])
class TestMirrored:
    """Arabic runs from right to left, and its words are as long as any."""

    def test_pages_are_quiet_fit_and_have_no_violation(
        self, visit: Callable[..., Any], home: Home, size: str, theme: str
    ) -> None:
        account = Account.objects.get(number="10482").id
        change_profile(account_id=account, changes={"language": "ar"}, now=timezone.now(), actor=ACTOR)
        pages = {f"ar-{name}": path for name, path in paths(home).items() if name in MIRRORED}

        found = seen_by(visit(staff=home.amina, size=size, theme=theme, bypass_csp=True), pages, size, theme)

        assert found == dict.fromkeys(found, ([], [], 0, 0))
        assert len(found) == len(MIRRORED)


class TestReflow:
    def test_needs_no_sideways_scrolling_at_320_pixels(self, visit: Callable[..., Any], home: Home) -> None:
        seen = visit(size="reflow", staff=home.amina)

        for name, path in paths(home).items():
            seen.open(path)
            assert (name, max(seen.overflow(), 0)) == (name, 0)


@pytest.mark.parametrize(("size", "script"), [("desk", True), ("phone", True), ("phone", False)])
def test_an_invited_customer_reads_the_bill_and_pays_it(
    visit: Callable[..., Any], home: Home, size: str, script: bool
) -> None:
    invite(number="10482", site="https://my.lakeside.example", actor=ACTOR, now=timezone.now())
    (link,) = re.findall(r"https://my\.lakeside\.example(/\S+)", Message.objects.latest("id").body_text)
    seen = visit(size=size, java_script_enabled=script)

    page = seen.open(link)
    page.get_by_label("Password").fill("seven quiet otters")
    page.get_by_label("The same again").fill("seven quiet otters")
    page.get_by_role("button", name="Save and sign in").click()
    page.get_by_role("heading", name="Hello Amina Haddad, to pay").wait_for()

    page.get_by_label("My account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail").fill("amina@home.example")
    page.get_by_label("Password").fill("seven quiet otters")
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_role("link", name="See why").click()
    page.get_by_role("heading", name=f"Bill {home.bill}").wait_for()
    page.get_by_text("How was this calculated?").first.click()
    assert "44.90" in page.locator(".steps").first.inner_text()
    pdf = page.request.get(
        seen.host + str(page.get_by_role("link", name="Open the PDF").get_attribute("href"))
    )
    assert pdf.body().startswith(b"%PDF-")

    page.get_by_role("link", name="Pay now").click()
    assert page.get_by_label("Amount").input_value() == "44.90"
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("link", name="Go on to the payment page").click()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="Hello Amina Haddad").wait_for()
    work_off_waiting(now=timezone.now())
    page.reload()

    page.get_by_text("All is paid. Thank you.").wait_for()
    assert Payment.objects.latest("id").amount == 4490
    assert (seen.complaints, seen.foreign) == ([], [])


def test_it_can_be_installed_and_says_kindly_that_there_is_no_network(
    visit: Callable[..., Any], home: Home
) -> None:
    seen = visit(size="phone", staff=home.amina)
    page = seen.open("/my/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    seen.open("/my/bills/")
    asked = page.context.new_cdp_session(page)
    manifest = asked.send("Page.getAppManifest")
    missing = [one["errorId"] for one in asked.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    kept = page.evaluate(
        "caches.keys().then((names) => caches.open(names[0])).then((cache) => cache.keys())"
        ".then((all) => all.map((one) => new URL(one.url).pathname))"
    )
    said = list(seen.complaints)

    page.context.set_offline(True)
    page.goto(f"{seen.host}/my/bills/")

    page.get_by_role("heading", name="There is no network").wait_for()
    assert page.evaluate("getComputedStyle(document.querySelector('.entrance')).display") == "grid"
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    page.get_by_role("heading", name="Hello Amina Haddad").wait_for()
    assert manifest["errors"] == []
    # A test's browser keeps nothing, as a private window does.
    assert set(missing) <= {"in-incognito"}
    assert [path for path in kept if path.startswith("/my/")] == ["/my/offline/"]
    assert (said, seen.foreign) == ([], [])
