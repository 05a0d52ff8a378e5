"""One customer's first weeks, told from both sides of the counter in a real browser, on a desk and on a phone.

Karim keeps the books, Maria owns the place, Amina wants fibre.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from playwright.sync_api import Locator, Page, expect

from broadbill.catalog.domain.offering import Offering
from broadbill.catalog.operations.offering import offer_plan
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.ledger.models import Closing
from broadbill.messaging.models import Message
from broadbill.payments.models import Payment, SandboxRefund
from broadbill.payments.queries.verify import verify_payments
from broadbill.tax.operations.rates import set_rate
from tests.browser.jobs import the_worker_works
from tests.staff import a_colleague
from tests.world import ACTOR, a_plan, at

pytestmark = pytest.mark.django_db(transaction=True)
AMINA = "amina@home.example"
PASSWORD = "seven quiet otters"


@dataclass
class Story:
    """Who opens what, in browsers of one size, each a fresh one; `seen` are all of them."""

    visit: Callable[..., Any]
    size: str
    karim: User
    maria: User
    seen: list[Any] = field(default_factory=list)

    def desk_of(self, person: User) -> Any:
        return self._fresh(staff=person)

    def home(self) -> Any:
        return self._fresh()

    def _fresh(self, **who: Any) -> Any:
        self.seen.append(self.visit(size=self.size, **who))
        return self.seen[-1]


@pytest.fixture(params=["desk", "phone"])
def story(
    transactional_db: None, visit: Callable[..., Any], settings: Any, time_machine: Any, request: Any
) -> Story:
    """10 March at Lakeside Fibre, which sells two plans, with a value-added tax of 20 %, and takes cards."""
    time_machine.move_to(at("2026-03-10"))
    settings.GATEWAYS = ["sandbox"]
    settings.PUBLIC_URL = "https://my.lakeside.example"
    set_rate(
        name="VAT", category="standard", percent=Decimal(20), valid_from=None, valid_to=None,
        now=at("2026-01-01"), actor=ACTOR,
    )  # fmt: skip
    a_plan("fibre-300", "45.00")
    a_plan("fibre-500", "60.00")
    offer_plan(code="fibre-500", offering=Offering(kind="plan"), now=at("2026-01-01"), actor=ACTOR)
    karim = a_colleague("karim@lakeside.example", "Karim Aziz", Role.BILLING)
    maria = a_colleague("maria@lakeside.example", "Maria Duarte", Role.OWNER)
    return Story(visit, request.param, karim, maria)


def test_fibre_is_sold_billed_paid_changed_corrected_refunded_and_the_month_closed(
    story: Story, time_machine: Any
) -> None:
    invoice = karim_sells_fibre_and_bills_it(story)
    amina_is_invited_reads_the_bill_and_pays_it(story, invoice)

    time_machine.move_to(at("2026-03-20"))
    promised = change_to_the_faster_plan(sign_in(story.home()))
    # March at 14.52 and 23.23 instead of 31.94 is 5.81 more; 20 % of it is 1.162. April at 60.00 and 12.00.
    assert promised == ("€6.97", "€72.00")
    assert billed_through("2026-03-20", story) == promised[0]
    time_machine.move_to(at("2026-04-01"))
    assert billed_through("2026-04-01", story) == promised[1]
    pay_with_a_challenge(sign_in(story.home()), "78.97")
    the_worker_works()

    time_machine.move_to(at("2026-04-07"))
    lower_the_price(story.desk_of(story.maria).open("/plans/fibre-500/"), "50.00", "2026-04-01")
    karim_finds_who_was_billed_too_much_and_puts_it_right(story)
    maria_closes_march(story)

    received = [(one.amount, one.method) for one in Payment.objects.order_by("id")]
    assert received == [(3833, "card"), (7897, "card")]
    assert [refund.amount for refund in SandboxRefund.objects.all()] == [1200]
    assert list(verify_payments()) == []
    quiet = [(one.complaints, one.foreign, max(one.overflow(), 0)) for one in story.seen]
    assert quiet == [([], [], 0)] * len(story.seen)


def karim_sells_fibre_and_bills_it(story: Story) -> str:
    """On 10 March: 22 of the 31 days of March. The invoice's number."""
    office = story.desk_of(story.karim)
    sell_fibre(office.open("/customers/"))
    invoice = bill_through("2026-03-10", office)
    office.page.get_by_text("How was this calculated?").click()
    expect(office.page.locator(".steps")).to_contain_text("22 of 31 days")
    # 45.00 × 22 ÷ 31 = 31.935…; 20 % of 31.94 is 6.388.
    assert sums(office.page.locator(".sums")) == {
        "Net": "31.94", "VAT 20 %, on 31.94": "6.39", "Total": "€38.33", "To be paid": "€38.33",
    }  # fmt: skip
    invite(office)
    return invoice


def amina_is_invited_reads_the_bill_and_pays_it(story: Story, invoice: str) -> None:
    """She chooses a password and saves a card that her bank asks about; the bill's PDF says what it should."""
    home = story.home()
    page = home.open(link_in_letter("portal_invitation"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Save and sign in").click()
    page.get_by_role("heading", name="Hello Amina Haddad, to pay").wait_for()
    save_a_card(page)
    pay_with_a_challenge(home.open("/my/"), "38.33")
    the_worker_works()
    page.reload()
    page.get_by_text("All is paid. Thank you.").wait_for()
    printed = pdf_of(home, invoice)
    for words in (invoice, "Amina Haddad", "14 Quay Road", "Fibre-300", "31.94", "6.39", "38.33"):
        assert words in printed, (words, printed)


def karim_finds_who_was_billed_too_much_and_puts_it_right(story: Story) -> None:
    """April at 50.00 instead of 60.00, with tax 12.00 too much, which go back to the card they came from."""
    office = story.desk_of(story.karim)
    page = office.open("/runs/")
    page.get_by_role("link", name="Check bills").click()
    row = page.get_by_role("row", name=re.compile("Amina Haddad"))
    expect(row).to_contain_text("the price of plan fibre-500 was changed")
    expect(row).to_contain_text("−€10.00")
    row.get_by_role("link", name="Correct Amina Haddad").click()
    sheet = page.get_by_role("dialog", name="Check the bills of Amina Haddad")
    sheet.get_by_role("button", name="Issue the correction").click()
    page.get_by_text("CN-2026-000001 over −€12.00 is issued.").wait_for()
    page.get_by_role("link", name="Credit note CN-2026-000001", exact=True).click()
    page.get_by_role("heading", name="Credit note CN-2026-000001").wait_for()
    assert sums(page.locator(".sums"))["Total"] == "−€12.00"
    refund_to_the_card(office.open("/customers/10001/"), "12.00")
    the_worker_works()
    expect(office.open("/customers/10001/").locator(".facts")).to_contain_text("nothing open")


def maria_closes_march(story: Story) -> None:
    page = story.desk_of(story.maria).open("/books/")
    page.get_by_role("link", name="Close a month").click()
    sheet = page.get_by_role("dialog", name="Close Mar 2026")
    sheet.get_by_role("button", name="Close the month").click()
    page.get_by_text("Closed through 31 March 2026.").wait_for()
    assert str(Closing.objects.get().closed_through) == "2026-03-31"


def billed_through(day: str, story: Story) -> str:
    """What Karim's run through a day asks of her."""
    office = story.desk_of(story.karim)
    bill_through(day, office)
    return sums(office.page.locator(".sums"))["Total"]


def sell_fibre(page: Page) -> None:
    page.get_by_role("link", name="New customer").click()
    for label, value in {
        "Name": "Amina Haddad", "Customer number": "10001", "E-mail": AMINA, "Telephone": "+352 621 555 012",
        "Street and number": "14 Quay Road", "Postcode": "L-9650", "Town": "Lakeside",
    }.items():  # fmt: skip
        page.get_by_label(re.compile(f"^{label}")).fill(value)
    page.get_by_label(re.compile("^Plan")).select_option("fibre-300")
    page.get_by_role("button", name="What would it cost?").click()
    page.get_by_text("10 Mar €38.33; 1 Apr €54.00").wait_for()
    page.get_by_role("button", name="Take on").click()
    page.get_by_text("Amina Haddad is a customer now.").wait_for()


def bill_through(day: str, office: Any) -> str:
    """Draft, post, let the worker work; the invoice's page is open then. Its number."""
    page = office.open("/runs/")
    page.get_by_role("link", name="New run").click()
    page.get_by_label("Bill everything owed through").fill(day)
    page.get_by_role("button", name="Make a draft").click()
    page.get_by_text("Waiting for the worker").wait_for()
    the_worker_works()
    page.get_by_role("link", name="Post 1 document").click()
    page.get_by_role("dialog").get_by_role("button", name="Post 1 document").click()
    page.get_by_text("to see whether the totals stand").wait_for()
    the_worker_works()
    page = office.open("/invoices/")
    link = page.locator("td.who a.t1").first
    number = link.inner_text().split()[-1]
    link.click()
    page.get_by_role("heading", name=f"Invoice {number}").wait_for()
    return number


def sums(where: Locator) -> dict[str, str]:
    """The figures under a document's lines, by their words."""
    return dict(
        zip(where.locator("dt").all_inner_texts(), where.locator("dd").all_inner_texts(), strict=True)
    )


def invite(office: Any) -> None:
    page = office.open("/customers/10001/")
    page.get_by_label("More for Amina Haddad").click()
    page.get_by_role("link", name="Invite to the portal").click()
    sheet = page.get_by_role("dialog", name="Invite Amina Haddad to the portal")
    assert sheet.get_by_label("E-mail").input_value() == AMINA
    sheet.get_by_role("button", name="Send the invitation").click()
    page.get_by_text(f"{AMINA} gets a letter with a link.").wait_for()


def link_in_letter(kind: str) -> str:
    letter = Message.objects.get(kind=kind)
    [link] = re.findall(r"https://my\.lakeside\.example(/\S+)", letter.body_text)
    return str(link)


def sign_in(home: Any) -> Page:
    page: Page = home.open("/my/")
    page.get_by_label("E-mail").fill(AMINA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Hello Amina Haddad").wait_for()
    return page


def save_a_card(page: Page) -> None:
    page.goto(page.url.split("/my/")[0] + "/my/cards/")
    page.get_by_role("link", name="Add a card").click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Go on to the payment page").click()
    page.get_by_label("Asks the customer to confirm").check()
    page.get_by_role("button", name="Save card").click()
    page.wait_for_url("**/my/cards/")


def pay_with_a_challenge(page: Page, amount: str) -> None:
    page.get_by_role("link", name="Pay now").first.click()
    assert page.get_by_label("Amount").input_value() == amount
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("link", name="Go on to the payment page").click()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="Hello Amina Haddad").wait_for()


def pdf_of(home: Any, number: str) -> str:
    """What the PDF says that she downloads from the bill's page."""
    page = home.open(f"/my/bills/{number}/")
    href = page.get_by_role("link", name="Open the PDF").get_attribute("href")
    pages = pypdf.PdfReader(io.BytesIO(page.request.get(home.host + str(href)).body())).pages
    return "\n".join(one.extract_text() for one in pages)


def change_to_the_faster_plan(page: Page) -> tuple[str, str]:
    """What she agrees to: the sum of the next bill, and of those after it."""
    page.goto(page.url.split("/my/")[0] + "/my/plan/")
    page.get_by_role("link", name="Change my plan").click()
    page.get_by_role("link", name="See what Fibre-500 comes to").click()
    told = sums(page.locator("dl.dl").first)
    page.get_by_text("How was this calculated?").click()
    expect(page.locator(".bill-lines")).to_contain_text("1 × 60.00 × 12 ÷ 31 = 23.23")
    [after] = re.findall(r"After that: (\S+) a month instead of €54.00", page.locator("main").inner_text())
    page.get_by_role("button", name="Change to Fibre-500").click()
    page.get_by_text("Your plan changes to Fibre-500.").wait_for()
    return told["The same bill with the change"], after


def lower_the_price(page: Page, amount: str, day: str) -> None:
    page.get_by_role("link", name="New price").first.click()
    sheet = page.get_by_role("dialog", name="New price in Fibre-500")
    sheet.get_by_label("New price").fill(amount)
    sheet.get_by_role("textbox", name="From").fill(day)
    sheet.get_by_label("Of everyone who has no agreed price").check()
    sheet.get_by_role("button", name="Set the price").click()
    page.get_by_text("50.00").first.wait_for()


def refund_to_the_card(page: Page, amount: str) -> None:
    page.get_by_label("More for Amina Haddad").click()
    page.get_by_role("link", name="Refund", exact=True).click()
    sheet = page.get_by_role("dialog", name="Refund Amina Haddad")
    sheet.get_by_label("Amount").fill(amount)
    sheet.get_by_label("Reason").fill("April was billed at the wrong price.")
    sheet.get_by_label(re.compile("^Card, up to")).check()
    sheet.get_by_role("button", name="Refund", exact=True).click()
    page.get_by_text("€12.00 is on its way to the card.").wait_for()
