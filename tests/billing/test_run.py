from __future__ import annotations

import pytest

from broadbill.billing.models import Document, Line
from broadbill.billing.queries.runs import run_summary
from broadbill.contracts.operations.changes import change_plan
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on

pytestmark = pytest.mark.django_db


def amounts(account_id: int) -> list[tuple[str, int]]:
    return list(Document.objects.filter(account_id=account_id).order_by("id").values_list("kind", "total"))


class TestBillRun:
    def test_bills_a_short_first_period_and_then_whole_months(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(amount="30.00"), "2026-01-16")

        bill_through("2026-01-16")
        bill_through("2026-02-01")

        # 16 of 31 days: 30.00 × 16 ÷ 31 = 15.48
        assert amounts(account) == [("invoice", 1548), ("invoice", 3000)]

    def test_posts_nothing_the_second_time(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(), "2026-01-01")

        bill_through("2026-01-01")
        again = bill_through("2026-01-01")

        assert amounts(account) == [("invoice", 3000)]
        assert run_summary(again.id).documents == 0
        assert again.accounts_due == 0

    def test_gives_back_what_a_downgrade_known_late_makes_too_much(self) -> None:
        account = an_account()
        dear, cheap = a_plan("dear", "60.00"), a_plan("cheap", "30.00")
        subscription = a_subscription(account, dear, "2026-02-01")
        bill_through("2026-02-01")
        bill_through("2026-03-01")

        change_plan(
            subscription_id=subscription,
            plan=cheap.code,
            on=on("2026-02-15"),
            now=at("2026-03-05"),
            actor=ACTOR,
        )
        bill_through("2026-03-05")

        # February: 30.00 less for 14 of 28 days = 15.00; March: 30.00 less.
        assert amounts(account) == [("invoice", 6000), ("invoice", 6000), ("credit_note", -4500)]

    def test_keeps_the_arithmetic_with_the_line(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(amount="30.00"), "2026-01-16")

        bill_through("2026-01-16")

        line = Line.objects.get(document__account_id=account)
        assert line.because == [
            ["days_of_period", "2026-01-16", "2026-02-01", "16", "31"],
            ["part_amount", "1", "30.00", "16", "31", "15.48"],
        ]
