"""Finding who was billed something else than they owe, putting it right, and letting customers into the portal."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadbill.accounts.models import Viewer
from broadbill.billing.models import Document, RunDraft
from broadbill.billing.operations.drafts import ask_draft, post_draft, work_on
from broadbill.billing.queries import audit
from broadbill.catalog.operations.plans import set_price
from broadbill.messaging.models import Message
from tests.console.page_checker import problems
from tests.console.test_lists import file_of
from tests.staff import a_colleague
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, flat, on

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def billed(time_machine: Any) -> list[int]:
    """Amina and Blue Anchor, billed 39.00 each for January, which should have been 30.00 for Amina alone."""
    time_machine.move_to(at("2026-01-20"))
    amina = an_account("Amina Haddad", number="10482", email="amina@home.example")
    anchor = an_account("Blue Anchor", number="10483")
    a_subscription(amina, a_plan("fiber", "39.00"), "2026-01-01")
    a_subscription(anchor, a_plan("wireless", "39.00"), "2026-01-01")
    bill_through("2026-01-01")
    set_price(
        plan="fiber", charge="access", model=flat("30.00"), starts_on=None, now=at("2026-01-10"), actor=ACTOR
    )
    return [amina, anchor]


@pytest.mark.usefixtures("billed")
class TestCheckingBills:
    def test_names_who_was_billed_too_much_and_why(self, office: Client) -> None:
        page = body(office.get("/runs/check/?month=2026-01"))

        assert "Amina Haddad" in page
        assert "the price of plan fiber was changed" in page
        assert "Blue Anchor" not in page
        assert "2 accounts looked at" in page
        assert problems(page) == []

    def test_is_of_the_month_billed_last_unless_another_is_named(self, office: Client) -> None:
        assert "Amina Haddad" in body(office.get("/runs/check/"))
        nothing = body(office.get("/runs/check/?month=2025-12"))
        assert "Billed what they owe" in nothing
        assert problems(nothing) == []

    def test_is_a_file_with_a_row_for_each_cause(self, office: Client) -> None:
        [row] = file_of(office.get("/runs/check/?month=2026-01&as=csv"))

        assert (row["account"], row["billed"], row["owed"], row["amount"]) == (
            "10482",
            "39.00",
            "30.00",
            "-9.00",
        )

    def test_comes_some_accounts_at_a_time(
        self, office: Client, billed: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit, "ACCOUNTS_PER_BATCH", 1)

        assert f"after={billed[0]}" in body(office.get("/runs/check/?month=2026-01"))
        rest = body(office.get(f"/runs/check/?month=2026-01&after={billed[0]}"))
        assert "Amina Haddad" not in rest
        assert "1 account looked at" in rest


def test_checking_says_what_to_do_before_anybody_was_billed(office: Client) -> None:
    page = body(office.get("/runs/check/"))

    assert "Nobody was billed yet" in page
    assert 'href="/runs/new/"' in page


@pytest.mark.usefixtures("billed")
class TestCorrecting:
    def test_issues_a_credit_note_for_one_customer_once(self, office: Client) -> None:
        question = body(office.get("/customers/10482/correct/"))
        assert "Billed €39.00 and owes €30.00 before tax." in question
        assert problems(question) == []

        office.post("/customers/10482/correct/")

        assert Document.objects.get(kind="credit_note").total == -900
        assert "CN-2026-000001 over \N{MINUS SIGN}€9.00 is issued." in body(office.get("/customers/10482/"))
        again = office.post("/customers/10482/correct/")
        assert again.status_code == 422
        assert "there is nothing to correct" in body(again)
        assert Document.objects.count() == 3

    def test_offers_nothing_where_nothing_is_wrong(self, office: Client) -> None:
        question = body(office.get("/customers/10483/correct/"))

        assert "there is nothing to correct" in question
        assert "Issue the correction" not in question

    def test_waits_for_a_run_under_way(self, office: Client) -> None:
        draft = ask_draft(through=on("2026-02-01"), above=None, actor=ACTOR, now=at("2026-02-01"))
        work_on(draft_id=draft.id, now=at("2026-02-01"))
        check = RunDraft.objects.get().tally["check"]
        post_draft(draft_id=draft.id, check=check, actor=ACTOR, now=at("2026-02-01"))

        response = office.post("/customers/10482/correct/")

        assert response.status_code == 422
        assert "A billing run is under way." in body(response)
        assert Document.objects.count() == 2


@pytest.mark.usefixtures("billed")
class TestInviting:
    @pytest.fixture(autouse=True)
    def _public_address(self, settings: Any) -> None:
        settings.PUBLIC_URL = "https://my.lakeside.example"

    def test_sends_a_letter_with_a_link(self, office: Client) -> None:
        question = body(office.get("/customers/10482/invite/"))
        assert 'value="amina@home.example"' in question
        assert problems(question) == []

        office.post("/customers/10482/invite/", {"email": "son@home.example", "with_children": "on"})

        assert Message.objects.get(kind="portal_invitation").recipient == "son@home.example"
        assert Viewer.objects.get().sees_children
        assert "son@home.example gets a letter with a link." in body(office.get("/customers/10482/"))

    def test_again_takes_nothing_away(self, office: Client) -> None:
        for form in ({"email": "son@home.example", "with_children": "on"}, {"email": "son@home.example"}):
            office.post("/customers/10482/invite/", form)

        assert Viewer.objects.get().sees_children
        assert Message.objects.filter(kind="portal_invitation").count() == 2

    def test_refuses_an_address_of_the_staff(self, office: Client) -> None:
        a_colleague("karim@lakeside.example")

        response = office.post("/customers/10482/invite/", {"email": "karim@lakeside.example"})

        assert response.status_code == 422
        assert not Viewer.objects.exists()
