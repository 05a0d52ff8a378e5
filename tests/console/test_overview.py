"""The first page: what waits for a person, how the money stands, and who sees which part."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadbill.identity.models import User
from broadbill.kernel.deviation import Deviation
from broadbill.ledger.operations.recognition import recognise
from broadbill.payments.operations.findings import open_findings
from tests.console.page_checker import problems
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on, pay

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def november(time_machine: Any) -> None:
    """The 20th of November 2026. Amina was billed 30.00 for each month from October and paid October."""
    amina = an_account("Amina <b>Haddad</b>", number="10482")
    a_subscription(amina, a_plan(), "2026-10-01")
    bill_through("2026-10-01")
    pay(amina, "30.00", "2026-10-05")
    bill_through("2026-11-01")
    recognise(through=on("2026-11-19"), now=at("2026-11-20"))
    time_machine.move_to(at("2026-11-20"))


class TestOverview:
    def test_of_an_empty_system_says_that_nothing_waits(self, office: Client) -> None:
        page = body(office.get("/"))

        assert "Nothing is stuck." in page
        assert "Nothing waits for a person." in page
        assert problems(page) == []

    @pytest.mark.usefixtures("november")
    def test_shows_how_the_money_stands(self, office: Client) -> None:
        response = office.get("/")
        page = body(response)

        books = response.context["books"]
        # November: 30.00 billed and owed, nothing collected, 19 of 30 days earned: 19.00.
        assert (str(books.now.billed), str(books.now.owed)) == ("30.00", "30.00")
        assert (str(books.now.collected), str(books.collected_before)) == ("0.00", "30.00")
        assert str(books.now.earned) == "19.00"
        assert response.context["running"] == 1
        # Billed on 1 November, 14 days to pay: five days late.
        assert str(response.context["ages"].to_30) == "30.00"
        assert "Overdue" in page
        assert "Amina &lt;b&gt;Haddad" in page
        assert problems(page) == []

    @pytest.mark.usefixtures("november")
    def test_leads_from_what_is_stuck_to_its_page(self, office: Client) -> None:
        open_findings(
            [Deviation("gateway", "charge 1", "5.00 EUR too much")], now=at("2026-11-20"), actor=ACTOR
        )

        assert '<a href="/proof/">1 finding of the daily proof</a>' in body(office.get("/"))

    @pytest.mark.usefixtures("november")
    def test_takes_as_many_queries_for_many_as_for_one(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        plan = a_plan("fast", "50.00")
        for _ in range(6):
            a_subscription(an_account(), plan, "2026-10-01")
        bill_through("2026-11-02")

        # session, user, provider thrice (brand, guide), first steps, counts, rows, turnover, late, services, run,
        # counter, notifications
        with django_assert_num_queries(13):
            office.get("/")

    @pytest.mark.usefixtures("november")
    def test_shows_a_technician_no_money(self, client: Client, technician: User) -> None:
        client.force_login(technician)
        page = body(client.get("/"))

        assert "30.00" not in page
        assert "Outstanding" not in page

    @pytest.mark.usefixtures("november")
    def test_narrows_the_queue_to_one_reason(self, office: Client) -> None:
        fragment = body(office.get("/?queue=overdue", headers={"HX-Request": "true"}))

        assert "<html" not in fragment
        assert "Open the list" in fragment
        assert problems(fragment, whole_page=False) == []
