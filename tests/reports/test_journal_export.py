"""The journal for accountants: what is written, and that the real Beancount accepts it."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterable
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest

from broadbill.core.period import Period
from broadbill.ledger.operations.recognition import recognise
from broadbill.reports.adapters.beancount import beancount_lines
from broadbill.reports.adapters.spreadsheets import plain_rows, quickbooks_rows, xero_rows
from broadbill.reports.queries.journal import booked_days, daily_journal, journal
from tests.world import a_plan, a_subscription, an_account, at, bill_through, on, pay

pytestmark = pytest.mark.django_db
JANUARY = Period(on("2026-01-01"), on("2026-02-01"))


@pytest.fixture
def a_month_of_books() -> None:
    """Two customers billed 31.00 and 62.00 on 1 January, one of whom pays 40.00 in cash on the 5th."""
    payer = an_account('Amina "Mina" Haddad', number="A/1")
    a_subscription(payer, a_plan(amount="31.00"), "2026-01-01")
    a_subscription(an_account(number="A/2"), a_plan("fast", "62.00"), "2026-01-01")
    bill_through("2026-01-01")
    pay(payer, "40.00", "2026-01-05")
    recognise(through=on("2026-01-02"), now=at("2026-01-05"))


def bean_check(lines: Iterable[str], folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "journal.beancount"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    program = Path(sys.executable).with_name("bean-check")
    return subprocess.run([str(program), str(file)], capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("a_month_of_books")
class TestBeancount:
    def test_is_accepted_by_bean_check(self, tmp_path: Path) -> None:
        lines = beancount_lines(journal(JANUARY), title='Lakeside "Fibre"', period=JANUARY)

        checked = bean_check(lines, tmp_path)

        assert (checked.returncode, checked.stderr) == (0, "")

    def test_asserts_what_every_account_holds(self) -> None:
        lines = list(beancount_lines(journal(JANUARY), title="Lakeside", period=JANUARY))

        # 93.00 billed less 40.00 paid; 2 of 31 days of 93.00 are earned.
        assert [line for line in lines if " balance " in line] == [
            "2026-02-01 balance Assets:1000-Cash  40.00 EUR",
            "2026-02-01 balance Assets:1100-Receivables  53.00 EUR",
            "2026-02-01 balance Income:4000-Service-revenue  -6.00 EUR",
            "2026-02-01 balance Liabilities:2100-Deferred-revenue  -87.00 EUR",
        ]

    def test_a_figure_that_was_altered_is_refused_by_bean_check(self, tmp_path: Path) -> None:
        lines = beancount_lines(journal(JANUARY), title="Lakeside", period=JANUARY)

        checked = bean_check((line.replace("40.00 EUR", "41.00 EUR") for line in lines), tmp_path)

        assert checked.returncode != 0


@pytest.mark.usefixtures("a_month_of_books")
class TestSpreadsheets:
    def test_has_a_row_for_every_posting_with_the_customer_on_receivables(self) -> None:
        head, *rows = plain_rows(journal(JANUARY))

        assert head[:5] == ("date", "entry", "kind", "reference", "customer")
        invoice = [row for row in rows if row[3] == "2026-000001"]
        assert [(row[0], *row[4:]) for row in invoice] == [
            ("2026-01-01", "A/1", "1100", "Receivables", "31.00", "", "EUR"),
            ("2026-01-01", "", "2100", "Deferred revenue", "", "31.00", "EUR"),
        ]

    def test_quickbooks_has_one_journal_a_day_and_kind(self) -> None:
        _, *rows = quickbooks_rows(daily_journal(JANUARY))

        invoices = [row for row in rows if row[0] == "20260101-invoice-EUR"]
        assert invoices == [
            ("20260101-invoice-EUR", "01/01/2026", "Receivables", "93.00", "", "invoice", "Broadbill customers", "EUR"),
            ("20260101-invoice-EUR", "01/01/2026", "Deferred revenue", "", "93.00", "invoice", "", "EUR"),
        ]  # fmt: skip

    def test_xero_has_credits_as_negative_amounts(self) -> None:
        _, *rows = xero_rows(daily_journal(JANUARY))

        assert [row for row in rows if row[0] == "Broadbill payment EUR"] == [
            ("Broadbill payment EUR", "05/01/2026", "Cash", "1000", "Tax Exempt", "40.00"),
            ("Broadbill payment EUR", "05/01/2026", "Receivables", "1100", "Tax Exempt", "-40.00"),
        ]

    @pytest.mark.parametrize("rows", [plain_rows, quickbooks_rows])
    def test_debits_are_credits(self, rows: object) -> None:
        entries = journal(JANUARY) if rows is plain_rows else daily_journal(JANUARY)
        file = StringIO()
        csv.writer(file).writerows(rows(entries))  # type: ignore[operator]
        file.seek(0)

        found = list(csv.DictReader(file))

        debit, credit = ("debit", "credit") if rows is plain_rows else ("Debits", "Credits")
        assert (
            sum(Decimal(row[debit] or 0) for row in found)
            == sum(Decimal(row[credit] or 0) for row in found)
            > 0
        )


class TestBookedDays:
    def test_are_none_while_nothing_is_booked(self) -> None:
        assert booked_days() is None

    @pytest.mark.usefixtures("a_month_of_books")
    def test_are_the_first_to_the_last(self) -> None:
        assert booked_days() == Period(on("2026-01-01"), on("2026-01-06"))
