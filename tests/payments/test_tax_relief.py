"""Tax on a debt that is written off is given back when the law says so, and owed again when the money comes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from broadbill.billing.models import Document
from broadbill.core.period import Period
from broadbill.ledger.domain.chart import BAD_DEBT, TAX_PAYABLE
from broadbill.ledger.operations.closing import close_month
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.domain.tax_relief import given_back_from, share_of
from broadbill.payments.models import WriteOff
from broadbill.payments.operations.tax_relief import relieve_bad_debt, set_relief_policy
from broadbill.payments.operations.write_offs import NewWriteOff, recover_write_off, request_write_off
from broadbill.payments.queries.verify import verify_payments
from broadbill.reports.domain.asked import Asked
from broadbill.reports.queries.catalogue import report_named
from broadbill.reports.queries.read import read_report
from broadbill.tax.operations.rates import set_rate
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on


class TestRules:
    @pytest.mark.parametrize(
        ("due_on", "written_off_on", "months", "day"),
        [
            ("2026-01-15", "2026-02-01", 6, "2026-07-15"),
            ("2026-01-15", "2026-09-01", 6, "2026-09-01"),
            ("2026-01-15", "2026-02-01", 0, "2026-02-01"),
            ("2025-08-31", "2025-09-01", 6, "2026-02-28"),
        ],
    )
    def test_months_count_from_the_due_date(
        self, due_on: str, written_off_on: str, months: int, day: str
    ) -> None:
        given = given_back_from(due_on=on(due_on), written_off_on=on(written_off_on), months=months)

        assert given == on(day)

    def test_parts_of_a_document_come_to_exactly_its_tax(self) -> None:
        """20 % of 33.33 are 6.67; written off in three parts of 13.33, 13.33 and 13.34."""
        parts, earlier = [], 0
        for amount in (1333, 1333, 1334):
            parts.append(share_of(base=3333, tax=667, total=4000, earlier=earlier, amount=amount))
            earlier += amount

        # 222.277…, 444.555…, 667: rounded 222, 445, 667.
        assert [share.tax for share in parts] == [222, 223, 222]
        assert sum(share.base for share in parts) == 3333


@pytest.mark.django_db
class TestInTheBooks:
    @pytest.fixture
    def owing(self) -> int:
        """Owes 36.00 for January, 6.00 of it VAT, due on 1 January."""
        set_rate(
            name="VAT", category="standard", percent=Decimal(20), valid_from=None, valid_to=None,
            now=at("2025-12-01"), actor=ACTOR,
        )  # fmt: skip
        account = an_account(terms_days=0, country="GB")
        a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
        bill_through("2026-01-01")
        return account

    def policy(self, months: int | None, country: str = "GB") -> None:
        set_relief_policy(country=country, months=months, now=at("2026-01-01"), actor=ACTOR)

    def write_off(self, account: int, amount: str, day: str = "2026-02-01") -> WriteOff:
        asked = NewWriteOff(
            account_id=account,
            invoice=Document.objects.get(account_id=account).number,
            amount=euro(amount),
            reason="gone",
            idempotency_key=f"{amount} {day}",
        )
        return request_write_off(write_off=asked, on=on(day), now=at(day), actor=ACTOR)

    def relieve(self, day: str) -> int:
        return relieve_bad_debt(on=on(day), now=at(day))

    def books(self) -> tuple[str, str]:
        balances = {row.code: str(row.balance) for row in trial_balance(as_of=on("2026-12-31"))}
        return balances.get(TAX_PAYABLE, "0.00"), balances.get(BAD_DEBT, "0.00")

    def reported(self, month: date) -> str:
        asked = Asked(period=Period.month(month), currency="EUR", by="rate", today=on("2026-12-31"))
        table = read_report(report_named("taxes"), asked)
        assert [row.title for row in table.rows] == ["VAT 20% standard"]
        return str(table.rows[0].cells[-1])

    def test_it_is_given_back_once_on_its_day(self, owing: int) -> None:
        self.policy(6)
        self.write_off(owing, "36.00")
        assert (self.relieve("2026-06-30"), self.books()) == (0, ("-6.00", "36.00"))

        assert [self.relieve("2026-07-01"), self.relieve("2026-07-02")] == [1, 0]

        assert self.books() == ("0.00", "30.00")
        assert list(verify_payments()) == []

    def test_a_part_gives_back_its_share(self, owing: int) -> None:
        self.policy(0)
        self.write_off(owing, "12.00")
        self.relieve("2026-02-01")
        assert self.books() == ("-4.00", "10.00")

        self.write_off(owing, "24.00", "2026-02-02")
        self.relieve("2026-02-02")
        assert self.books() == ("0.00", "30.00")

    def test_it_is_owed_again_when_the_debt_is_recovered(self, owing: int) -> None:
        self.policy(0)
        row = self.write_off(owing, "36.00")
        self.relieve("2026-02-01")

        recover_write_off(
            write_off_id=row.id, note="paid", on=on("2026-03-05"), now=at("2026-03-05"), actor=ACTOR
        )

        assert self.books() == ("-6.00", "0.00")
        assert self.relieve("2026-03-06") == 0

    def test_stands_in_the_report_of_its_month(self, owing: int) -> None:
        self.policy(0)
        row = self.write_off(owing, "36.00")
        self.relieve("2026-02-01")
        recover_write_off(
            write_off_id=row.id, note="paid", on=on("2026-03-05"), now=at("2026-03-05"), actor=ACTOR
        )

        months = [self.reported(on(f"2026-0{month}-01")) for month in (1, 2, 3)]

        assert months == ["6.00", "-6.00", "6.00"]

    def test_is_posted_in_the_open_month(self, owing: int) -> None:
        self.policy(0)
        self.write_off(owing, "36.00", "2026-02-28")
        close_month(
            month=Period.month(on("2026-02-01")), today=on("2026-03-02"), now=at("2026-03-02"), actor=ACTOR
        )

        assert self.relieve("2026-02-28") == 1
        assert self.reported(on("2026-03-01")) == "-6.00"

    @pytest.mark.parametrize("said", [[], [(None, "GB"), (0, "")], [(0, "DE")]])
    def test_nothing_is_given_back_where_the_policy_does_not_say_so(
        self, owing: int, said: list[tuple[int | None, str]]
    ) -> None:
        for months, country in said:
            self.policy(months, country)
        self.write_off(owing, "36.00")

        assert self.relieve("2027-01-01") == 0

    @pytest.mark.parametrize(("country", "months"), [("gb", 6), ("GBR", 6), ("GB", -1), ("GB", 121)])
    def test_refuses_a_policy_that_cannot_be(self, country: str, months: int) -> None:
        with pytest.raises(ValueError, match=r"country is|months are"):
            self.policy(months, country)
