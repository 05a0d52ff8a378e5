"""From nothing to the first invoice: somebody who has never seen Broadbill starts it and does what the screens say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from broadbill.kernel.ports import free_port
from tests.browser.conftest import SIZES
from tests.cli.conftest import Terminal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EMAIL, PASSWORD = "maria@harbour.example", "three words and a harbour"
STOP_SECONDS = 60
RUN_MILLISECONDS = 60_000


@pytest.fixture
def first_link(tmp_path: Path) -> Iterator[str]:
    """`broadbill up` in an empty home, and the link that it prints because nobody can sign in yet."""
    terminal = Terminal(tmp_path / "home", {"BROADBILL_TIME_ZONE": "Europe/Luxembourg"})
    started = terminal.start("up", "--port", str(free_port("127.0.0.1")))
    try:
        yield _printed_link(started.stdout)
    finally:
        started.terminate()
        started.wait(STOP_SECONDS)


def _printed_link(output: Iterator[str] | None) -> str:
    printed = []
    for line in output or ():
        printed.append(line)
        if found := re.search(r"first sign-in at (http\S+)", line):
            return found[1]
    pytest.fail("".join(printed))


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_first_invoice_from_an_empty_home(first_link: str, browser: Browser, size: str) -> None:
    context = browser.new_context(viewport=SIZES[size], reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))

    page.goto(first_link)
    welcome(page)
    set_up(page)
    sell_and_bill(page)
    text = read_the_invoice(page)

    for said in ("Harbour Net", "Amina Haddad", "Fibre 300", "VAT"):
        assert said in text
    assert complaints == []
    context.close()


def take_next_step(page: Page, title: str) -> None:
    """Go to the start, and follow the button of the step that the guide says comes next."""
    page.goto(re.sub(r"(://[^/]+/).*", r"\1", page.url))
    upcoming = page.locator("ol.guide-steps li[aria-current=step]")
    expect(upcoming.get_by_text(title, exact=True)).to_be_visible()
    upcoming.get_by_role("link").click()


def welcome(page: Page) -> None:
    page.get_by_label("Your name").fill("Maria Duarte")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make my sign-in").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="To your first bill")).to_be_visible()


def set_up(page: Page) -> None:
    take_next_step(page, "Say who bills")
    page.get_by_label("Name", exact=True).fill("Harbour Net")
    page.get_by_label("Street and number").fill("1, Quai des Barques")
    page.get_by_label("Town").fill("Esch-sur-Sûre")
    page.get_by_label("Country").fill("LU")
    page.get_by_label("E-mail for customers").fill("office@harbour.example")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Settings", level=1).wait_for()

    take_next_step(page, "Set the tax")
    page.get_by_label("Name", exact=True).fill("VAT")
    page.get_by_label("Rate").fill("17")
    page.get_by_role("button", name="Add tax").click()
    page.get_by_role("heading", name="Settings", level=1).wait_for()

    take_next_step(page, "Make a plan")
    page.locator("#plan_code").fill("fibre-300")
    page.locator("#name").fill("Fibre 300")
    page.locator("#charges-0-model-amount").fill("29.90")
    page.get_by_role("button", name="Make the plan").click()
    page.get_by_role("heading", name="Fibre 300").first.wait_for()


def sell_and_bill(page: Page) -> None:
    take_next_step(page, "Take a customer on")
    page.get_by_label("Name", exact=True).fill("Amina Haddad")
    page.get_by_label("Street and number").fill("14, rue du Quai")
    page.get_by_label(re.compile("^Plan")).select_option(label="Fibre 300 (fibre-300)")
    page.get_by_role("button", name="Take on").click()
    page.get_by_role("heading", name="Amina Haddad").first.wait_for()

    take_next_step(page, "Bill")
    page.get_by_role("button", name="Make a draft").click()
    page.get_by_role("link", name="Post 1 document").click(timeout=RUN_MILLISECONDS)
    page.get_by_role("dialog").get_by_role("button", name="Post 1 document").click()
    page.get_by_text("Run 1", exact=True).wait_for(timeout=RUN_MILLISECONDS)
    page.get_by_text("Posted", exact=True).first.wait_for(timeout=RUN_MILLISECONDS)


def read_the_invoice(page: Page) -> str:
    """The text of the PDF, after the arithmetic of its first line was opened."""
    take_next_step(page, "Read your first invoice")
    page.get_by_text("How was this calculated?").first.click()
    address = page.get_by_role("link", name="Open the PDF").get_attribute("href")
    assert address
    answer = page.context.request.get(re.sub(r"(://[^/]+)/.*", r"\1", page.url) + address)
    sheets = pypdfium2.PdfDocument(answer.body())
    return "\n".join(sheet.get_textpage().get_text_bounded() for sheet in sheets)
