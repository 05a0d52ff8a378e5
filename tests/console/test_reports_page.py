"""The reports' pages: the list, one with its figures, its files, and what a figure is the sum of."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from broadbill.identity.models import User
from broadbill.reports.queries.catalogue import REPORTS
from tests.console.page_checker import problems
from tests.world import a_plan, a_subscription, an_account, bill_through, pay

pytestmark = pytest.mark.django_db
MONTHS = "from=2026-01&to=2026-02"


def body(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def billed() -> None:
    """Ada is billed 30.00 in January and February, and pays once."""
    ada = an_account("Ada", number="A/1")
    a_subscription(ada, a_plan(), "2026-01-01")
    bill_through("2026-01-31")
    bill_through("2026-02-28")
    pay(ada, "30.00", "2026-01-10")


@pytest.mark.usefixtures("billed")
class TestReports:
    def test_are_listed_with_what_they_answer(self, office: Client) -> None:
        page = body(office.get("/reports/"))

        assert all(f'href="/reports/{report.key}/"' in page for report in REPORTS)
        assert problems(page) == []

    @pytest.mark.parametrize("name", [report.key for report in REPORTS])
    def test_are_in_order_with_five_queries(
        self, office: Client, name: str, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(6):  # session, user, provider twice, rows, totals
            page = body(office.get(f"/reports/{name}/?{MONTHS}"))

        assert problems(page) == []
        assert "What the figures are" in page

    def test_lead_to_the_documents_behind_a_figure(self, office: Client) -> None:
        page = body(office.get(f"/reports/billed/?{MONTHS}"))
        (href,) = re.findall(r'href="(/reports/billed/documents/[^"]*of=2026-02-01[^"]*)"', page)

        behind = body(office.get(href.replace("&amp;", "&")))

        assert ">2026-000002<" in behind
        assert ">2026-000001<" not in behind
        assert 'href="/customers/A/1/"' in behind
        assert problems(behind) == []

    def test_keep_one_group_and_sort(self, office: Client) -> None:
        page = body(office.get(f"/reports/billed/?{MONTHS}&by=plan&group=fiber&sort=billed"))

        assert "Only fiber" in page
        assert 'aria-sort="descending"' in page

    def test_come_as_csv_and_workbook(self, office: Client) -> None:
        as_csv = office.get(f"/reports/billed/?{MONTHS}&as=csv")
        as_xlsx = office.get(f"/reports/billed/?{MONTHS}&as=xlsx")

        assert b"".join(as_csv.streaming_content).decode().splitlines() == [
            "month,title,documents,billed",
            "2026-01-01,2026-01-01,1,30.00",
            "2026-02-01,2026-02-01,1,30.00",
            "total,,2,60.00",
        ]
        assert as_csv["Content-Disposition"] == 'attachment; filename="billed-2026-01-2026-02.csv"'
        assert as_xlsx.content.startswith(b"PK")

    def test_say_what_is_wrong_with_the_months_or_the_name(self, office: Client) -> None:
        backwards = office.get("/reports/billed/?from=2026-03&to=2026-02")
        unknown = office.get("/reports/moon/")

        assert "the last is before the first" in body(backwards)
        assert "There is no report moon" in body(unknown)
        assert problems(body(backwards)) == []

    def test_show_what_to_do_where_there_is_nothing(self, office: Client) -> None:
        assert "Choose other months" in body(office.get("/reports/billed/?from=2020-01&to=2020-02"))

    def test_are_for_those_who_keep_the_books(self, client: Client, technician: User) -> None:
        client.force_login(technician)

        assert client.get("/reports/").status_code == 403
