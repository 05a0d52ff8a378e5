"""Somebody brings a list of customers, mends what it is told, and imports it; the pages of it look as they should."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from broadbill.accounts.models import Account
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.imports.domain.upload import Kind
from broadbill.imports.operations.uploads import NewUpload, confirm_upload, take_upload
from broadbill.imports.operations.work import work_on
from tests.browser.jobs import the_worker_works
from tests.staff import a_colleague
from tests.world import a_plan, at

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS_FOLDER")
HEADER = "number,name,email,plan,starts_on,balance"
GOOD = "501,Amina Haddad,amina@home.example,fibre-300,2026-11-01,12.50"
BAD = "502,Blue Anchor Café,anchor.example,fibre-30,2026-11-01,0"


@pytest.fixture
def owner(transactional_db: None) -> User:
    a_plan("fibre-300", "44.90")
    return a_colleague("maria@lakeside.example", "Maria Duarte", Role.OWNER)


def brought(owner: User, *rows: str, file: str = "customers.csv") -> int:
    content = "\n".join([HEADER, *rows, ""]).encode()
    upload = NewUpload(kind=Kind.CUSTOMERS, file=file)
    return take_upload(upload=upload, chunks=[content], now=at("2026-10-20"), actor=owner.actor)


@pytest.fixture
def paths(owner: User) -> dict[str, str]:
    """An import at each of its stations."""
    done, ready, bad = (
        brought(owner, GOOD, file="first.csv"),
        brought(owner, GOOD.replace("501", "503")),
        brought(owner, GOOD.replace("501", "504"), *([BAD] * 60), file="with-mistakes.csv"),
    )
    for number in (done, ready, bad):
        work_on(number=number, now=at("2026-10-20"))
    confirm_upload(number=done, now=at("2026-10-21"), actor=owner.actor)
    work_on(number=done, now=at("2026-10-21"))
    return {
        "imports": "/imports/",
        "import-customers": "/imports/customers/",
        "import-usage": "/imports/usage/",
        "import-done": f"/imports/{done}/",
        "import-ready": f"/imports/{ready}/",
        "import-bad": f"/imports/{bad}/",
        "import-discard": f"/imports/{bad}/discard/",
    }


@pytest.mark.parametrize(
    ("size", "theme"), [("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark")]
)
def test_pages_are_quiet_fit_and_have_no_violation(
    visit: Callable[..., Any], owner: User, paths: dict[str, str], size: str, theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = {}
    # Axe is injected, which the policy forbids; the journey keeps the policy.
    seen = visit(size=size, theme=theme, staff=owner, bypass_csp=True)
    for name, path in paths.items():
        seen.complaints.clear()
        page = seen.open(path)
        results = Axe().run(page)
        found[name] = (list(seen.complaints), seen.foreign, max(seen.overflow(), 0), results.violations_count)
        if results.violations_count:
            print(name, results.generate_report())
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{size}-{theme}.png", full_page=size == "desk")

    assert found == dict.fromkeys(paths, ([], [], 0, 0))


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_list_is_brought_mended_and_imported(
    visit: Callable[..., Any], owner: User, tmp_path: Path, size: str
) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(f"{HEADER}\n{GOOD}\n{BAD}\n", encoding="utf-8")
    seen = visit(size=size, staff=owner)
    page = seen.open("/customers/")

    page.get_by_role("link", name="Import from a file").click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    page.get_by_text("The file is being checked").wait_for()
    the_worker_works()

    # The page asks by itself and is drawn anew when the worker is done.
    page.get_by_text("2 problems, so nothing was written.").wait_for()
    expect(page.locator("#rows tbody tr")).to_have_count(2)
    expect(page.locator("#rows")).to_contain_text("Line 3")
    expect(page.locator("#rows")).to_contain_text("fibre-30")
    assert Account.objects.count() == 0

    mended = BAD.replace("fibre-30", "fibre-300").replace("anchor.example", "")
    file.write_text(f"{HEADER}\n{GOOD}\n{mended}\n", encoding="utf-8")
    page.locator("a.back").click()
    page.get_by_role("main").get_by_role("link", name="Customers", exact=True).click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    the_worker_works()
    page.get_by_text("The file is good.").wait_for()
    expect(page.locator("dl.dl")).to_contain_text("12.50 EUR")
    page.get_by_role("button", name="Import it").click()
    the_worker_works()

    page.get_by_text("All of it was imported.").wait_for()
    assert sorted(Account.objects.values_list("number", flat=True)) == ["501", "502"]
    page.get_by_role("link", name="New billing run").wait_for()
    assert seen.complaints == []
