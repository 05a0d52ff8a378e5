"""Lists with their filters and files, the audit trail, the books and closing a month."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from broadbill.billing.models import Document
from broadbill.console.exports import csv_file
from broadbill.contracts.operations.account_facts import add_charge
from broadbill.identity.models import User
from broadbill.ledger.models import Closing
from tests.console.page_checker import problems
from tests.world import a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


def file_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(b"".join(response.streaming_content).decode())))


@pytest.fixture
def amina(db: None, time_machine: Any) -> int:
    """Billed 30.00 on 1 October and 1 November 2026, paid 30.00 in cash on 5 October; it is 20 November."""
    account = an_account("Amina Haddad", number="10482")
    a_subscription(account, a_plan("fiber"), "2026-10-01")
    bill_through("2026-10-01")
    pay(account, "30.00", "2026-10-05")
    bill_through("2026-11-01")
    time_machine.move_to(at("2026-11-20"))
    return account


@pytest.mark.usefixtures("amina")
class TestPayments:
    @pytest.mark.parametrize(
        ("query", "is_there"),
        [
            ("", True), ("?q=r-2026", True), ("?q=X", False), ("?method=cash", True), ("?method=card", False),
            ("?from=2026-10-05&to=2026-10-05", True), ("?from=2026-10-06", False),
        ],
    )  # fmt: skip
    def test_are_found_by_receipt_method_and_day(self, office: Client, query: str, is_there: bool) -> None:
        page = body(office.get(f"/payments/{query}"))

        assert ("R-2026-000001" in page) is is_there
        assert problems(page) == []

    def test_are_a_file(self, office: Client) -> None:
        [row] = file_of(office.get("/payments/?as=csv"))

        assert (row["receipt"], row["amount"], row["received_on"]) == ("R-2026-000001", "30.00", "2026-10-05")

    def test_take_as_many_queries_for_many_as_for_one(
        self, office: Client, amina: int, django_assert_num_queries: Any
    ) -> None:
        for _ in range(5):
            pay(amina, "1.00", "2026-11-02")

        with django_assert_num_queries(4):  # session, user, provider, payments
            office.get("/payments/")

    def test_are_not_for_technicians(self, client: Client, technician: User) -> None:
        client.force_login(technician)

        for path in ("/payments/", "/audit/", "/books/", "/books/close/"):
            assert (path, client.get(path).status_code) == (path, 403)


@pytest.mark.usefixtures("amina")
class TestInvoicesAndCustomers:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", 2),
            ("?from=2026-10-15", 1),
            ("?to=2026-10-15", 1),
            ("?kind=credit_note", 0),
            ("?kind=invoice", 2),
        ],
    )
    def test_invoices_are_found_by_kind_and_day(self, office: Client, query: str, found: int) -> None:
        page = body(office.get(f"/invoices/{query}"))

        assert sum(number in page for number in Document.objects.values_list("number", flat=True)) == found
        assert problems(page) == []

    def test_both_are_files(self, office: Client) -> None:
        invoices = file_of(office.get("/invoices/?as=csv"))
        [customer] = file_of(office.get("/customers/?as=csv&q=haddad"))

        assert [(row["issued_on"], row["total"]) for row in invoices] == [
            ("2026-11-01", "30.00"),
            ("2026-10-01", "30.00"),
        ]
        assert (customer["number"], customer["balance"], customer["days_late"]) == ("10482", "30.00", "5")

    def test_a_name_that_looks_like_a_formula_is_text(self) -> None:
        [row] = file_of(csv_file("x", ("name", "sum"), [("=1+1", "-5.00")]))

        assert (row["name"], row["sum"]) == ("'=1+1", "-5.00")


class TestAuditTrail:
    def test_tells_who_did_what_with_the_values(self, office: Client, owner: User, amina: int) -> None:
        add_charge(
            account_id=amina, amount=euro("9.00"), name="Router", on=on("2026-11-20"), now=at("2026-11-20"),
            actor=owner.actor,
        )  # fmt: skip

        page = body(office.get(f"/audit/?person={owner.pk}"))

        assert "account.charge" in page
        assert "Router" in page
        assert "account.opened" not in page
        assert problems(page) == []

    @pytest.mark.parametrize(
        ("query", "is_there"),
        [
            ("?account=10482", True), ("?account=nobody", False), ("?account=10482&kind=payment", True),
            ("?kind=plan&from=2020-01-01", False), ("?account=10482&to=2026-10-04", False),
        ],
    )  # fmt: skip
    def test_is_narrowed_by_customer_kind_and_day(
        self, office: Client, amina: int, query: str, is_there: bool
    ) -> None:
        page = body(office.get(f"/audit/{query}"))

        assert ("payment.received" in page) is is_there

    def test_is_a_file(self, office: Client, amina: int) -> None:
        verbs = {row["verb"] for row in file_of(office.get("/audit/?account=10482&as=csv"))}

        assert {"account.opened", "payment.received"} <= verbs


@pytest.mark.usefixtures("amina")
class TestBooks:
    def test_show_what_each_account_holds_on_a_day(self, office: Client) -> None:
        rows = file_of(office.get("/books/?on=2026-10-31&as=csv"))

        assert {row["code"]: row["balance"] for row in rows} == {
            "1000": "30.00",
            "1100": "0.00",
            "2100": "-30.00",
        }
        page = body(office.get("/books/"))
        assert "Receivables" in page
        assert problems(page) == []

    def test_are_closed_by_the_owner_month_by_month(self, office: Client) -> None:
        question = body(office.get("/books/close/"))
        assert "Close Oct 2026" in question
        assert problems(question) == []

        office.post("/books/close/")

        assert str(Closing.objects.get().closed_through) == "2026-10-31"
        assert "31 October 2026" in body(office.get("/books/"))

    def test_a_month_that_is_not_over_stays_open(self, office: Client) -> None:
        office.post("/books/close/")

        response = office.post("/books/close/")

        assert response.status_code == 422
        assert "is not over" in body(response)
        assert Closing.objects.count() == 1
