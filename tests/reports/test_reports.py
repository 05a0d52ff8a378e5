"""Every figure of a report is a sum of documents or postings, and can be followed down to them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db.models import Sum
from openpyxl import load_workbook

from broadbill.billing.models import Document
from broadbill.contracts.operations.account_facts import add_charge
from broadbill.contracts.operations.changes import cancel, change_plan, resume, suspend
from broadbill.core.period import Period
from broadbill.ledger.domain.chart import DEFERRED_REVENUE, RECEIVABLES, TAX_PAYABLE
from broadbill.ledger.models import Posting
from broadbill.ledger.operations.recognition import recognise
from broadbill.payments.operations.record import reverse_payment
from broadbill.payments.operations.refund import NewRefund, request_refund
from broadbill.reports.adapters.tables import csv_rows, workbook
from broadbill.reports.domain.asked import (
    Asked,
    GroupingUnknown,
    MonthsRefused,
    ReportUnknown,
    months_between,
    usual_months,
)
from broadbill.reports.domain.report import Report
from broadbill.reports.domain.table import Table
from broadbill.reports.queries.catalogue import REPORTS, report_named
from broadbill.reports.queries.read import read_report, read_sources
from broadbill.tax.operations.rates import set_rate
from tests.usage.metered import record
from tests.usage.metered import used as metered
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = pytest.mark.django_db
YEAR = Period(on("2026-01-01"), on("2027-01-01"))
SPRING = Period(on("2026-01-01"), on("2026-05-01"))
TODAY = on("2026-05-01")


def asked(by: str, period: Period = SPRING, **more: Any) -> Asked:
    return Asked(period=period, currency="EUR", by=by, today=TODAY, **more)


def table(name: str, by: str, period: Period = SPRING, **more: Any) -> Table:
    return read_report(report_named(name), asked(by, period, **more))


def cells(found: Table) -> dict[str, list[str]]:
    return {str(row.of): [str(cell) for cell in row.cells] for row in found.rows}


def column(found: Table, key: str) -> list[Any]:
    index = [column.key for column in found.columns].index(key)
    return [row.cells[index] for row in found.rows]


def total(found: Table, key: str) -> Any:
    return found.totals[[column.key for column in found.columns].index(key)]


def added(values: Iterable[Any]) -> Any:
    """The sum of amounts (in minor units) or numbers; what is not known counts for nothing."""
    return sum(getattr(value, "minor", value) or 0 for value in values)


@pytest.fixture
def four_months() -> None:
    """A provider from January to April 2026, taxed at 20 %:

    Ada pays 30.00 a month from January and moves to 60.00 on 1 March. Ben begins on 15 January and leaves at the end of
    March. Cleo pays 30.00 from January, is suspended from 10 February to 20 April. Dora has a year for 360.00 from
    March on.
    """
    set_rate(name="VAT", category="standard", percent=Decimal(20), valid_from=on("2025-01-01"), valid_to=None,
             now=at("2025-12-01"), actor=ACTOR)  # fmt: skip
    taxed = {"tax": "standard"}
    small = a_plan("small", "30.00", **taxed)
    a_plan("large", "60.00", **taxed)
    yearly = a_plan("yearly", "360.00", **{**taxed, "period": "year"})
    names = ("Ada", "Ben", "Cleo", "Dora")
    ada, ben, cleo, dora = (
        an_account(name, number=name.upper(), region=region, opened_on=on("2026-01-01"))
        for name, region in zip(names, ("North", "North", "South", "South"), strict=True)
    )
    ada_has = a_subscription(ada, small, "2026-01-01")
    ben_has = a_subscription(ben, small, "2026-01-15")
    cleo_has = a_subscription(cleo, small, "2026-01-01")
    bill_through("2026-01-31")
    first = pay(ada, "36.00", "2026-01-05")
    reverse_payment(
        number=first.number,
        reason="returned",
        reversed_on=on("2026-02-02"),
        now=at("2026-02-02"),
        actor=ACTOR,
    )
    suspend(subscription_id=cleo_has, on=on("2026-02-10"), now=at("2026-02-10"), actor=ACTOR)
    bill_through("2026-02-28")
    a_subscription(dora, yearly, "2026-03-01")
    change_plan(subscription_id=ada_has, plan="large", on=on("2026-03-01"), now=at("2026-03-01"), actor=ACTOR)
    bill_through("2026-03-31")
    pay(dora, "500.00", "2026-03-10", method="transfer")
    back = NewRefund(
        account_id=dora, amount=euro("68.00"), method="transfer", reason="paid twice", idempotency_key="back"
    )
    request_refund(refund=back, on=on("2026-03-12"), now=at("2026-03-12"), actor=ACTOR)
    cancel(subscription_id=ben_has, on=on("2026-04-01"), now=at("2026-04-01"), actor=ACTOR)
    resume(subscription_id=cleo_has, on=on("2026-04-20"), now=at("2026-04-20"), actor=ACTOR)
    add_charge(
        account_id=cleo,
        amount=euro("10.00"),
        name="Cable",
        on=on("2026-04-20"),
        now=at("2026-04-20"),
        actor=ACTOR,
    )
    bill_through("2026-04-30")
    recognise(through=on("2026-04-30"), now=at("2026-04-30"))


@pytest.mark.usefixtures("four_months")
class TestFiguresAreSums:
    def test_billed_is_the_subtotal_of_the_documents_however_it_is_laid_out(self) -> None:
        subtotal = Document.objects.aggregate(all=Sum("subtotal"))["all"]

        for by in ("month", "plan", "region", "country", "charge"):
            found = table("billed", by)
            assert total(found, "billed").minor == subtotal
            assert sum(cell.minor for cell in column(found, "billed")) == subtotal

    def test_billed_by_plan_goes_by_the_plan_of_the_lines_days(self) -> None:
        # Ada 30 in January and February, Ben 17/31 of 30 = 16.45, then 30 twice, Cleo 30 twice, then 9/28 - 30 for
        # February on = 9.64 kept of it and 11/30 of 30 for April; Ada 60 in March and April; Dora's year.
        found = cells(table("billed", "plan"))

        assert found["large"][1] == "120.00"
        assert found["yearly"][1] == "360.00"
        assert found["small"][1] == "187.09"

    def test_taxes_are_what_the_documents_and_tax_payable_have(self) -> None:
        found = table("taxes", "rate")

        assert [row.title for row in found.rows] == ["VAT 20% standard"]
        assert total(found, "tax").minor == Document.objects.aggregate(all=Sum("tax"))["all"]
        posted = Posting.objects.filter(ledger_account_id=TAX_PAYABLE).aggregate(all=Sum("amount"))["all"]
        assert total(found, "tax").minor == -posted

    def test_payments_kept_are_the_postings_to_receivables(self) -> None:
        found = table("payments", "month")

        # 36.00 received in January and returned in February; 500.00 received in March, 68.00 of it paid back.
        assert cells(found) == {
            "2026-01-01": ["1", "36.00", "0.00", "0", "0.00", "36.00"],
            "2026-02-01": ["0", "0.00", "36.00", "None", "0.00", "-36.00"],
            "2026-03-01": ["1", "500.00", "0.00", "0", "68.00", "432.00"],
        }
        posted = Posting.objects.filter(
            ledger_account_id=RECEIVABLES, entry__kind__in=["payment", "reversal", "refund"]
        ).aggregate(all=Sum("amount"))["all"]
        assert total(found, "kept").minor == -posted

    def test_the_balance_by_age_is_the_balance_of_receivables(self) -> None:
        found = table("ageing", "customer")

        posted = Posting.objects.filter(ledger_account_id=RECEIVABLES).aggregate(all=Sum("amount"))["all"]
        assert total(found, "balance").minor == posted
        ages = [total(found, key) for key in ("not_due", "to_30", "to_60", "to_90", "older", "in_credit")]
        assert sum(cell.minor for cell in ages) == posted

    def test_deferred_revenue_runs_from_balance_to_balance_of_the_books(self) -> None:
        found = table("deferred", "month")

        opening, billed, earned, closing = (
            column(found, key) for key in ("opening", "billed", "earned", "closing")
        )
        for month in range(len(found.rows)):
            assert closing[month] == opening[month] + billed[month] - earned[month]
        assert opening[1:] == closing[:-1]
        posted = Posting.objects.filter(ledger_account_id=DEFERRED_REVENUE).aggregate(all=Sum("amount"))[
            "all"
        ]
        assert total(found, "closing").minor == -posted

    def test_what_is_to_be_earned_sums_to_what_is_deferred(self) -> None:
        later = Period(on("2026-05-01"), on("2027-03-01"))

        found = table("to-earn", "month", later)

        # Dora's year of 360.00 from March: 61 of 365 days are over; 60.16 earned, 299.84 left.
        # At the end of May 92 are: 90.74 less 60.16.
        assert total(found, "earned") == total(table("deferred", "month"), "closing") == euro("299.84")
        assert cells(found)["2026-05-01"] == ["30.58"]

    def test_days_to_collect_are_owed_over_billed_times_ninety(self) -> None:
        found = table("collection-days", "month")

        owed, billed, days = (column(found, key)[-1] for key in ("owed", "billed", "days"))
        assert days == Decimal(90 * owed.minor) / Decimal(billed.minor)


@pytest.mark.usefixtures("four_months")
class TestRecurringRevenue:
    def test_moves_from_month_to_month_with_its_causes(self) -> None:
        found = cells(table("recurring", "month"))

        # Opening; new, returned, expansion, contraction and churn; closing.
        assert found == {
            # Ada, Cleo and Ben begin; Ben's half month is worth a whole one: 16.45 / 17 x 31 = 30.00.
            "2026-01-01": ["0.00", "90.00", "0.00", "0.00", "0.00", "0.00", "90.00"],
            # Cleo is suspended at the end of February.
            "2026-02-01": ["90.00", "0.00", "0.00", "0.00", "0.00", "-30.00", "60.00"],
            # Dora's 360.00 a year are 30.00 a month; Ada's 30.00 become 60.00.
            "2026-03-01": ["60.00", "30.00", "0.00", "30.00", "0.00", "0.00", "120.00"],
            # Cleo is back, Ben has left.
            "2026-04-01": ["120.00", "0.00", "30.00", "0.00", "0.00", "-30.00", "120.00"],
        }

    def test_opening_and_moves_are_closing(self) -> None:
        found = table("recurring", "month")

        for row in found.rows:
            opening, *moves, closing = (cell.minor for cell in row.cells)
            assert opening + sum(moves) == closing

    def test_counts_customers_and_what_one_is_worth(self) -> None:
        found = cells(table("customers", "month"))

        # At the beginning 3; none new, one returned, one lost; 3 at the end.
        assert found["2026-04-01"] == ["3", "0", "1", "1", "3", str(Decimal(1) / 3), "120.00", "40.00"]

    def test_cohorts_follow_who_began_together(self) -> None:
        found = table("cohorts", "month", YEAR)

        rows = {str(row.of): row.cells for row in found.rows}
        # Ada, Ben, Cleo: two of three in February, both in March, Ada and Cleo in April; May is not billed yet.
        assert rows["2026-01-01"][:5] == (3, Decimal(2) / 3, Decimal(2) / 3, Decimal(2) / 3, None)
        assert rows["2026-03-01"][:3] == (1, Decimal(1), None)


class TestUsage:
    def test_lists_who_used_most_first(self) -> None:
        plan = a_plan("metered")
        for name, used in (("Ada", 3), ("Ben", 8)):
            account = an_account(name, number=name)
            line = a_subscription(account, plan, "2026-01-01")
            record(metered(account, line, "2026-01-10T12:00+00:00", str(used), meter="gb"), on="2026-01-11")

        found = table("usage", "line")

        assert [(row.title, row.cells) for row in found.rows] == [
            ("gb · Ben Ben", (1, Decimal(8))),
            ("gb · Ada Ada", (1, Decimal(3))),
        ]


@pytest.mark.usefixtures("four_months")
class TestEveryReport:
    @pytest.mark.parametrize("report", REPORTS, ids=[report.key for report in REPORTS])
    def test_reads_in_two_queries_and_its_rows_sum_to_its_totals(
        self, report: Report, django_assert_num_queries: Any
    ) -> None:
        for grouping in report.groupings:
            with django_assert_num_queries(2):
                found = read_report(report, asked(grouping.key, YEAR))
            for index, measure in enumerate(report.shown):
                if measure.total == "sum" and not measure.counts and not measure.over and found.rows:
                    assert added(row.cells[index] for row in found.rows) == added([found.totals[index]])

    @pytest.mark.parametrize("report", REPORTS, ids=[report.key for report in REPORTS])
    def test_a_row_is_the_sum_of_what_it_leads_to(self, report: Report) -> None:
        for grouping in report.groupings:
            found = read_report(report, asked(grouping.key, YEAR))
            for row in found.rows:
                sources = read_sources(report, asked(grouping.key, YEAR), of=str(row.of))
                for index, source_column in enumerate(sources.columns):
                    if not sources.rows or source_column.key == "opening":
                        continue
                    shown = [column.key for column in found.columns]
                    if source_column.key not in shown or (report.key, source_column.key) == (
                        "deferred",
                        "closing",
                    ):
                        continue
                    expected = row.cells[shown.index(source_column.key)]
                    assert added(source.cells[index] for source in sources.rows) == added([expected])

    def test_of_many_rows_shows_the_first_and_sums_the_rest(self) -> None:
        found = read_report(report_named("ageing"), asked("customer"), rows_shown=1)

        (row,) = found.rows
        assert found.others is not None
        assert row.cells[-1] + found.others[-1] == found.totals[-1]  # type: ignore[operator]

    def test_one_group_can_be_looked_at_alone(self) -> None:
        alone = table("billed", "month", only="large")

        assert [(str(row.of), str(row.cells[1])) for row in alone.rows] == [
            ("2026-03-01", "60.00"),
            ("2026-04-01", "60.00"),
        ]

    def test_sources_come_a_page_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("broadbill.reports.queries.read.SOURCES_SHOWN", 2)
        report, seen, after = report_named("billed"), [], ""
        while True:
            page = read_sources(report, asked("month"), after=after)
            seen += [source.number for source in page.rows]
            if page.next_key is None:
                break
            after = page.next_key

        assert sorted(seen) == sorted(Document.objects.values_list("number", flat=True))


class TestFiles:
    @pytest.mark.usefixtures("four_months")
    def test_csv_has_plain_numbers_and_the_totals_last(self) -> None:
        into = StringIO()
        csv.writer(into).writerows(csv_rows(table("billed", "plan"), of="plan"))

        head, *_rows, last = into.getvalue().splitlines()
        assert head == "plan,title,documents,billed"
        assert last.startswith("total,,")

    @pytest.mark.usefixtures("four_months")
    def test_a_workbook_has_numbers_that_add_up(self) -> None:
        found = table("billed", "plan")

        book = load_workbook(
            BytesIO(workbook(found, title="Billed", definition="What was billed.", of="Plan", currency="EUR"))
        )

        sheet = book["Report"]
        assert [cell.value for cell in sheet[3]] == ["Plan", "Documents", "Billed"]
        amounts = [Decimal(str(sheet.cell(row, 3).value)) for row in range(4, 4 + len(found.rows))]
        assert (
            sum(amounts)
            == Decimal(str(sheet.cell(4 + len(found.rows), 3).value))
            == total(found, "billed").amount
        )


class TestAsking:
    def test_shows_a_year_of_months_up_to_this_one_or_on_from_it(self) -> None:
        assert usual_months("past", on("2026-11-25")) == Period(on("2025-12-01"), on("2026-12-01"))
        assert usual_months("ahead", on("2026-11-25")) == Period(on("2026-11-01"), on("2027-11-01"))

    def test_refuses_months_that_run_backwards_or_too_far(self) -> None:
        with pytest.raises(MonthsRefused, match="the last is before the first"):
            months_between(date(2026, 5, 1), date(2026, 4, 1))
        with pytest.raises(MonthsRefused, match="ten years are the most"):
            months_between(date(2016, 5, 1), date(2026, 5, 1))

    def test_refuses_what_there_is_not(self) -> None:
        with pytest.raises(ReportUnknown, match="no report moon"):
            report_named("moon")
        with pytest.raises(GroupingUnknown, match=r"no grouping by moon\. It has month, plan"):
            table("billed", "moon")
        with pytest.raises(GroupingUnknown, match="no column moon to sort by"):
            table("billed", "plan", sort="moon")
