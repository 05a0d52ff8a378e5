"""The bank's page: what waits, who it may be of, and deciding it; the files of direct debits."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadbill.accounts.operations.provider import change_provider
from broadbill.identity.models import User
from broadbill.payments.adapters.bank_files import read_bank_file
from broadbill.payments.models import BankLine, Payment
from broadbill.payments.operations.bank import import_statements
from broadbill.payments.operations.debit_reports import take_report
from tests.console.page_checker import problems
from tests.payments.ach_samples import report, returned
from tests.payments.bank_samples import camt, camt_entry
from tests.payments.test_ach import ORIGINATOR
from tests.world import ACTOR, an_account, at

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


def waiting(count: int) -> list[int]:
    """So many bookings of 5.00 by somebody named like Kate Nwosu, K-1, who owes nothing."""
    entries = [camt_entry("5.00", reference=f"B{number}") for number in range(count)]
    statements = read_bank_file(camt(entries, closing=f"{100 + 5 * count}.00"), "a.xml")
    import_statements(statements=statements, file="a.xml", now=at("2026-01-06"), actor=ACTOR)
    return list(BankLine.objects.order_by("id").values_list("id", flat=True))


@pytest.fixture(autouse=True)
def kate() -> int:
    return an_account("Kate Nwosu", number="K-1")


class TestQueue:
    def test_shows_why_a_line_waits_and_whose_it_may_be(self, office: Client) -> None:
        waiting(1)

        page = body(office.get("/bank/"))

        assert "not sure whose it is" in page
        assert "K-1" in page
        assert problems(page) == []

    def test_comes_a_page_at_a_time_with_as_many_queries_for_many_as_for_one(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        lines = waiting(26)

        with django_assert_num_queries(5):  # session, user, provider, lines, accounts
            first = body(office.get("/bank/"))
        second = body(office.get(f"/bank/?after={lines[24]}"))

        assert f"after={lines[24]}" in first
        assert second.count("/record/") == 2  # the link, and where it is loaded from

    def test_a_line_is_recorded_for_the_account_that_is_named(self, office: Client, kate: int) -> None:
        [line] = waiting(1)

        asked = body(office.get(f"/bank/{line}/record/"))
        refused = office.post(f"/bank/{line}/record/", {"account": "K-9"})
        done = office.post(f"/bank/{line}/record/", {"account": "K-1"})

        assert 'value="K-1"' in asked
        assert refused.status_code == 422
        assert done.status_code == 302
        assert Payment.objects.get().account_id == kate
        assert office.get(f"/bank/{line}/record/").status_code == 404

    def test_a_line_is_ignored_with_a_reason(self, office: Client) -> None:
        [line] = waiting(1)

        assert office.post(f"/bank/{line}/ignore/", {"note": ""}).status_code == 422
        assert office.post(f"/bank/{line}/ignore/", {"note": "a gift"}).status_code == 302

        row = BankLine.objects.get()
        assert (row.state, row.note, row.decided_by) == ("ignored", "a gift", User.objects.get().actor)

    def test_is_not_for_technicians(self, client: Client, technician: User) -> None:
        client.force_login(technician)

        assert client.get("/bank/").status_code == 403


class TestDebits:
    def test_say_what_to_do_when_there_are_none(self, office: Client) -> None:
        page = body(office.get("/bank/debits/"))

        assert "No files yet" in page
        assert problems(page) == []
        assert office.get("/bank/debits/BB-NONE/").status_code == 404

    def test_show_what_the_bank_reported_and_what_is_left_of_it(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        change_provider(changes=ORIGINATOR, now=at("2025-12-01"), actor=ACTOR)
        content = report(returned("021000029999999", "R01", 100))
        take_report(content=content, file="returns.ach", now=at("2026-01-25"), actor=ACTOR)

        with django_assert_num_queries(5):  # session, user, provider, files, reports
            page = body(office.get("/bank/debits/"))

        assert "returns.ach" in page
        assert "no collection of ours has this trace number" in page
        assert problems(page) == []
