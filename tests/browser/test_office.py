"""The office's pages over real records, in a real browser: looks, accessibility, journeys, budgets."""

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
from playwright.sync_api import expect

from broadbill.billing.models import Document, RunDraft
from broadbill.billing.operations.drafts import ask_draft, leave_out, work_on
from broadbill.contracts.operations.changes import suspend
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.messaging.domain.drafts import Draft
from broadbill.messaging.operations.enqueue import enqueue
from broadbill.network.models import SessionDay
from broadbill.network.operations.incidents import declare_incident
from broadbill.network.operations.sites import hang_under, set_device, set_site
from broadbill.payments.adapters.bank_files import read_bank_file
from broadbill.payments.models import Payment
from broadbill.payments.operations.bank import import_statements
from broadbill.usage.operations.record import record_usage
from tests.network.edge import a_session, an_access
from tests.payments.bank_samples import camt, camt_entry
from tests.prepaid.cards import a_batch, sold
from tests.promotions import a_coupon, a_promotion, redeem
from tests.staff import a_colleague
from tests.usage.metered import used
from tests.world import a_plan, a_subscription, an_account, at, bill_through, on, pay

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS_FOLDER")


@dataclass(frozen=True)
class Office:
    """Amina owes, Blue Anchor is in credit, Cato is suspended; one run, one message."""

    owner: User
    paths: dict[str, str]


@pytest.fixture
def office(transactional_db: None) -> Office:
    owner = a_colleague("maria@lakeside.example", "Maria Duarte", Role.OWNER)
    plan = a_plan("fibre-300", "44.90")
    a_plan("fibre-500", "54.90")
    amina = an_account("Amina Haddad", number="10482", street="14 Quay Road", city="Konstanz")
    anchor, cato = an_account("Blue Anchor Café", number="10077"), an_account("Cato Major", number="10078")
    for account in (amina, anchor):
        line = a_subscription(account, plan, "2026-09-14", extras=("Static IP",))
        an_access(account, line, f"user{account}@isp", password="x")
        a_session(f"user{account}@isp")
        for days in range(12):
            day = timezone.now() - timedelta(days=days)
            told = used(account, line, day.isoformat(), f"{days % 5 + 1}.5")
            record_usage(records=[told], now=day, actor=owner.actor)
            SessionDay.objects.create(
                acctuniqueid=f"{line} {days}", used_on=day.date(), account_id=account, subscription_id=line,
                username="x", input_octets=10**9, output_octets=(days % 5 + 2) * 10**9, passed_octets=0,
                gap_seconds=0, wraps=0, resets=0,
            )  # fmt: skip
    stopped = a_subscription(cato, plan, "2026-09-14")
    run = bill_through("2026-11-01")
    suspend(subscription_id=stopped, on=on("2026-11-05"), now=at("2026-11-05"), actor=owner.actor)
    pay(anchor, "500.00", "2026-11-03")
    draft = Draft(kind="invoice", object_type="invoice", object_id="1", recipient="amina@home.example", language="en",
                  subject="Your bill for November", text="Dear Amina,\n\n44.90 is due.", account_id=amina)  # fmt: skip
    sold(a_batch(size=48, valid_until=on("2027-12-31")), 24)
    a_batch("data", 5 * 10**9, "5.00", 24)
    a_coupon("SUMMER-20", a_promotion(limit=100), limit=100)
    redeem("SUMMER-20", amina, "2026-11-01")
    unsure = [
        camt_entry("31.00", payer="Amina Haddad"),
        camt_entry("4.50", payer="Bank", out=True, text="Account fee"),
    ]
    statements = read_bank_file(camt(unsure, closing="126.50"), "a.xml")
    import_statements(statements=statements, file="a.xml", now=at("2026-11-04"), actor=owner.actor)
    message = enqueue(draft=draft, now=at("2026-11-02"))
    set_site(code="hill", name="The hill", now=at("2026-11-01"), actor=owner.actor)
    set_device(code="hill-bng", site="hill", nas="", now=at("2026-11-01"), actor=owner.actor)
    hang_under(username=f"user{amina}@isp", device="hill-bng", now=at("2026-11-01"), actor=owner.actor)
    out = declare_incident(device="hill-bng", starts_at=at("2026-11-04"), cause="Lightning", credit={"per": "day"},
                           now=at("2026-11-04"), actor=owner.actor)  # fmt: skip
    invoice = Document.objects.filter(account_id=amina).latest("id").number
    drafted = ask_draft(through=on("2026-12-01"), above=None, actor=owner.actor, now=at("2026-11-05"))
    the_worker_works()
    leave_out(draft_id=drafted.id, account_id=amina, reason="moves", actor=owner.actor, now=at("2026-11-05"))
    paths = {
        "customers": "/customers/",
        "nobody": "/customers/?q=nobody",
        "customer": "/customers/10482/",
        "suspended": "/customers/10078/",
        "take-payment": "/customers/10482/take-payment/",
        "redeem-coupon": "/customers/10482/redeem-coupon/",
        "give-discount": "/customers/10482/give-discount/",
        "record-outage": "/customers/10482/record-outage/",
        "invoices": "/invoices/",
        "invoice": f"/invoices/{invoice}/",
        "runs": "/runs/",
        "bank": "/bank/",
        "debits": "/bank/debits/",
        "online": "/network/",
        "offline": "/network/?q=nobody",
        "not-reached": "/network/not-reached/",
        "sites": "/network/sites/",
        "addresses": "/network/addresses/",
        "who-had": "/network/who-had/",
        "usage-files": "/network/usage-files/",
        "traffic": "/network/sites/hill/traffic/",
        "usage": "/customers/10482/usage/",
        "incidents": "/network/incidents/",
        "incident": f"/network/incidents/{out}/",
        "declare": "/network/incidents/declare/",
        "plans": "/plans/",
        "plan": "/plans/fibre-300/",
        "promotions": "/promotions/",
        "promotion": "/promotions/summer/",
        "coupons": "/promotions/summer/coupons/",
        "vouchers": "/vouchers/",
        "new-vouchers": "/vouchers/new/",
        "new-run": "/runs/new/",
        "check-bills": "/runs/check/",
        "disputes": "/disputes/",
        "refunds": "/refunds/",
        "proof": "/proof/",
        "tickets": "/tickets/",
        "correct": "/customers/10482/correct/",
        "invite": "/customers/10482/invite/",
        "run": f"/runs/{run.id}/",
        "draft": f"/runs/drafts/{drafted.id}/",
        "would-be-bill": f"/runs/drafts/{drafted.id}/customers/10078/",
        "reports": "/reports/",
        "report": "/reports/recurring/?from=2026-08&to=2026-11",
        "report-documents": "/reports/payments/documents/?from=2026-08&to=2026-11&of=2026-11-01",
        "outbox": "/outbox/",
        "message": f"/outbox/{message}/",
        "missing": "/nothing/",
    }
    return Office(owner, paths)


@pytest.mark.parametrize(
    ("size", "theme"), [("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark")]
)
class TestPages:
    def test_are_quiet_fit_and_have_no_violation(
        self, visit: Callable[..., Any], office: Office, size: str, theme: str
    ) -> None:
        from axe_playwright_python.sync_playwright import Axe

        found = {}
        # Axe is injected, which the policy forbids; the other tests keep the policy.
        seen = visit(size=size, theme=theme, staff=office.owner, bypass_csp=True)
        for name, path in office.paths.items():
            seen.complaints.clear()
            page = seen.open(path)
            results = Axe().run(page)
            quiet = [words for words in seen.complaints if "status of 404" not in words or name != "missing"]
            found[name] = (quiet, seen.foreign, max(seen.overflow(), 0), results.violations_count)
            if results.violations_count:
                print(name, results.generate_report())
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{size}-{theme}.png", full_page=size == "desk")

        assert found == dict.fromkeys(office.paths, ([], [], 0, 0))


class TestReflow:
    def test_needs_no_sideways_scrolling_at_320_pixels(
        self, visit: Callable[..., Any], office: Office
    ) -> None:
        seen = visit(size="reflow", staff=office.owner)

        for name, path in office.paths.items():
            seen.open(path)
            assert (name, max(seen.overflow(), 0)) == (name, 0)


class TestBudgets:
    def test_hold_on_the_customers_page(self, visit: Callable[..., Any], office: Office) -> None:
        seen = visit(staff=office.owner)

        page = seen.open(office.paths["customer"])

        weights = seen.weights()
        assert sum(weights.values()) <= 120_000, weights
        assert len(weights) <= 10, weights
        assert weights[office.paths["customer"]] <= 25_000
        assert page.evaluate("document.querySelectorAll('*').length") <= 1500


class TestJourneys:
    def test_a_payment_is_taken_in_the_sheet(self, visit: Callable[..., Any], office: Office) -> None:
        seen = visit(staff=office.owner)
        page = seen.open(office.paths["customer"])

        page.get_by_role("link", name="Take payment").click()
        sheet = page.get_by_role("dialog", name="Take payment from Amina Haddad")
        sheet.get_by_label("Amount").fill("25,00")
        sheet.get_by_label("Cheque", exact=True).check()
        sheet.get_by_role("button", name="Record payment").click()

        page.get_by_text("of €25.00 recorded.").wait_for()
        assert seen.complaints == []
        assert Payment.objects.filter(account__number="10482", amount=2500, method="cheque").count() == 1

    def test_a_refused_amount_stays_in_the_sheet_with_its_reason(
        self, visit: Callable[..., Any], office: Office
    ) -> None:
        page = visit(staff=office.owner).open(office.paths["customer"])

        page.get_by_role("link", name="Take payment").click()
        sheet = page.get_by_role("dialog", name="Take payment from Amina Haddad")
        sheet.get_by_label("Amount").fill("sixty")
        sheet.get_by_role("button", name="Record payment").click()

        sheet.get_by_role("alert").wait_for()
        assert sheet.get_by_label("Amount").input_value() == "sixty"
        assert page.evaluate("document.activeElement.name") == "amount"

    def test_a_plan_is_changed_from_the_service(self, visit: Callable[..., Any], office: Office) -> None:
        page = visit(staff=office.owner).open(office.paths["customer"])

        page.get_by_label("Change Fibre-300 S1").click()
        page.get_by_role("link", name="Change plan").click()
        sheet = page.get_by_role("dialog", name="Change the plan")
        sheet.get_by_label("New plan").select_option("fibre-500")
        sheet.get_by_role("button", name="What would it cost?").click()
        # Both with the 20 % of her coupon.
        sheet.get_by_text("After that: €43.92 a month instead of €35.92 a month.").wait_for()
        assert sheet.get_by_label("New plan").input_value() == "fibre-500"
        sheet.get_by_role("button", name="Change plan").click()

        page.get_by_text("The plan changes to Fibre-500.").wait_for()

    def test_a_coupon_is_redeemed_in_the_sheet(self, visit: Callable[..., Any], office: Office) -> None:
        a_coupon("AUTUMN-20", name="Autumn")
        seen = visit(staff=office.owner)
        page = seen.open(office.paths["customer"])

        page.get_by_label("More for Amina Haddad").click()
        page.get_by_role("link", name="Redeem a coupon").click()
        sheet = page.get_by_role("dialog", name="Redeem a coupon for Amina Haddad")
        sheet.get_by_label("Coupon", exact=True).fill("autumn20")
        sheet.get_by_role("button", name="Redeem coupon").click()

        page.get_by_text("Redeemed: Autumn (AUTUMN-20).").wait_for()
        assert seen.complaints == []

    def test_the_list_is_searched_while_typing_and_the_address_follows(
        self, visit: Callable[..., Any], office: Office
    ) -> None:
        page = visit(staff=office.owner).open("/customers/")

        page.get_by_label("Search customers").fill("anchor")

        expect(page.locator("#rows tbody tr")).to_have_count(1)
        expect(page).to_have_url(re.compile(r"/customers/\?q=anchor$"))
        expect(page.locator("#live")).to_have_text("1 customer")

    def test_the_palette_takes_a_customers_number(self, visit: Callable[..., Any], office: Office) -> None:
        page = visit(staff=office.owner).open("/invoices/")

        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="Search and go to").fill("10482")
        page.get_by_role("option", name="Amina Haddad 10482").first.wait_for()
        page.keyboard.press("Enter")

        page.get_by_role("heading", name="Amina Haddad", level=1).wait_for()

    def test_the_next_bill_is_worked_out_after_the_page(
        self, visit: Callable[..., Any], office: Office
    ) -> None:
        page = visit(staff=office.owner).open(office.paths["customer"])

        page.locator("#next-bill", has_text="as things stand").wait_for()

    def test_an_incident_is_declared_after_seeing_who_is_under_it(
        self, visit: Callable[..., Any], office: Office
    ) -> None:
        seen = visit(staff=office.owner)
        page = seen.open("/network/incidents/")

        page.get_by_role("link", name="Declare an incident").click()
        sheet = page.get_by_role("dialog", name="Declare an incident")
        sheet.get_by_label("What is out").select_option("site:hill")
        sheet.get_by_label("Since").fill("2026-11-05T14:00")
        sheet.get_by_label("What happened").fill("The mast is without power")
        sheet.get_by_role("button", name="Who is under it?").click()
        sheet.get_by_text("1 service hangs under it: Amina Haddad").wait_for()
        sheet.get_by_role("button", name="It is out").click()

        page.get_by_text("is declared. Who is under it is told so in the portal.").wait_for()
        page.get_by_role("row", name="hill The mast is without power").get_by_role(
            "link", name="hill"
        ).click()
        page.get_by_role("link", name="Amina Haddad").wait_for()
        assert seen.complaints == []

    def test_a_run_is_drafted_looked_through_and_posted(
        self, visit: Callable[..., Any], office: Office
    ) -> None:
        page = visit(staff=office.owner).open("/runs/")

        page.get_by_role("link", name="New run").click()
        page.get_by_label("Bill everything owed through").fill("2026-12-01")
        page.get_by_role("button", name="Make a draft").click()
        page.get_by_text("Waiting for the worker").wait_for()
        the_worker_works()
        page.get_by_role("link", name="Post 3 documents").wait_for()
        page.locator("#reason-negative").click()
        page.get_by_role("link", name="Cato Major").click()
        page.get_by_text("How was this calculated?").first.click()
        page.get_by_role("link", name="Leave out").click()
        page.get_by_label("Reason").fill("moves back in next week")
        page.locator("#sheet-body").get_by_role("button", name="Leave out").click()
        page.get_by_role("link", name="Post 2 documents").click()
        page.locator("#sheet-body").get_by_role("button", name="Post 2 documents").click()
        page.get_by_text("to see whether the totals stand").wait_for()
        the_worker_works()

        page.get_by_role("heading", name="Billing through 1 December 2026").wait_for()
        expect(page.get_by_text("moves back in next week")).to_be_visible()
        assert Document.objects.filter(issued_on="2026-12-01").count() == 2

    def test_a_run_whose_totals_moved_is_stopped(self, visit: Callable[..., Any], office: Office) -> None:
        draft = ask_draft(through=on("2026-12-01"), above=None, actor="test", now=at("2026-12-01"))
        the_worker_works()
        page = visit(staff=office.owner).open(f"/runs/drafts/{draft.id}/")
        page.get_by_role("link", name="Post 3 documents").click()
        page.locator("#sheet-body").get_by_role("button", name="Post 3 documents").click()
        page.get_by_text("to see whether the totals stand").wait_for()
        plan = a_plan("fibre-900", "90.00")
        a_subscription(an_account("Dora Lind", number="10079"), plan, "2026-12-01")
        the_worker_works()

        page.get_by_text("Nothing was issued: the totals moved since the draft.").wait_for()
        page.get_by_role("link", name="Post 4 documents").wait_for()
        assert not Document.objects.filter(issued_on="2026-12-01").exists()


def the_worker_works() -> None:
    """Do what the worker would, and count its job as done."""
    draft = RunDraft.objects.latest("id")
    work_on(draft_id=draft.id, now=at("2026-12-01"))
    RunDraft.objects.filter(pk=draft.id).update(job=None)


class TestWithoutScripts:
    def test_a_payment_is_taken_on_a_page_of_its_own(self, visit: Callable[..., Any], office: Office) -> None:
        page = visit(staff=office.owner, java_script_enabled=False).open(office.paths["customer"])

        page.get_by_role("link", name="Take payment").click()
        page.get_by_label("Amount").fill("25.00")
        page.get_by_role("button", name="Record payment").click()

        page.get_by_text("of €25.00 recorded.").wait_for()

    def test_a_customer_is_searched_and_opened(self, visit: Callable[..., Any], office: Office) -> None:
        page = visit(size="phone", staff=office.owner, java_script_enabled=False).open("/customers/")

        page.get_by_label("Search customers").fill("anchor")
        page.get_by_role("button", name="Search", exact=True).click()
        page.get_by_role("link", name="Blue Anchor Café").click()

        page.get_by_role("heading", name="Blue Anchor Café", level=1).wait_for()
        page.get_by_role("link", name="Work it out").click()
        page.get_by_role("heading", name="Next bill", level=1).wait_for()

    def test_how_a_line_was_calculated_unfolds(self, visit: Callable[..., Any], office: Office) -> None:
        page = visit(staff=office.owner, java_script_enabled=False).open(office.paths["invoice"])

        page.get_by_text("How was this calculated?").first.click()

        expect(page.locator("details[open] .steps").first).to_contain_text("days")
