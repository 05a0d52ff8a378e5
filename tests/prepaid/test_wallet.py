"""A wallet's story: prepaid plans are served while the account's credit covers them."""

from __future__ import annotations

import pytest

from broadbill.billing.models import BillRun, Document, RunIssue
from broadbill.billing.operations.preview import preview
from broadbill.billing.operations.run import RunRequest
from broadbill.catalog.domain.errors import PrepaidPlanRefused, SuccessorUnfit
from broadbill.catalog.operations.plan_life import copy_plan, name_successor
from broadbill.catalog.operations.plans import define_plan
from broadbill.contracts.models import Fact
from broadbill.contracts.operations.account_facts import add_charge
from broadbill.contracts.operations.changes import change_plan, resume, suspend
from broadbill.payments.domain.errors import RefundRefused
from broadbill.payments.operations.record import reverse_payment
from broadbill.payments.operations.refund import NewRefund, request_refund
from tests.prepaid.wallets import a_prepaid_plan, credit, days, deviations, draw, is_served
from tests.world import (
    ACTOR,
    a_plan,
    a_subscription,
    an_account,
    at,
    bill_through,
    euro,
    flat,
    on,
    pay,
)

pytestmark = pytest.mark.django_db


def facts(account_id: int) -> list[tuple[str, str]]:
    rows = Fact.objects.filter(account_id=account_id).order_by("number")
    return [(row.kind, row.effective_on.isoformat()) for row in rows]


def totals(account_id: int) -> list[int]:
    return list(Document.objects.filter(account_id=account_id).order_by("id").values_list("total", flat=True))


class TestDailyWallet:
    def test_is_drawn_down_day_by_day_over_a_month(self) -> None:
        """10.00 at 1.00 a day last ten days; 5.00 on the 15th last five more; the rest of April is dark."""
        account = an_account()
        daily = a_subscription(account, a_prepaid_plan(), "2026-04-01")
        left, served = [], []
        for day in days("2026-04-01", 30):
            if day == "2026-04-01":
                pay(account, "10.00", day)
            if day == "2026-04-15":
                pay(account, "5.00", day)
            draw(day)
            left.append(credit(account))
            served.append(is_served(daily, day))

        # 1 to 10 April: 9.00 down to nothing; dark from the 11th to the 14th; 15 to 19 April: 4.00 down to nothing.
        assert left == [900, 800, 700, 600, 500, 400, 300, 200, 100, 0, 0, 0, 0, 0,
                        400, 300, 200, 100, 0, *[0] * 11]  # fmt: skip
        assert served == [*[True] * 10, *[False] * 4, *[True] * 5, *[False] * 11]
        assert facts(account) == [
            ("subscribe", "2026-04-01"),
            ("suspend", "2026-04-11"),
            ("resume", "2026-04-15"),
            ("suspend", "2026-04-20"),
        ]
        assert totals(account) == [100] * 15
        assert deviations() == []

    def test_says_in_the_fact_why_service_stopped(self) -> None:
        account = an_account()
        a_subscription(account, a_prepaid_plan(), "2026-04-01")

        draw("2026-04-01")

        assert Fact.objects.get(account_id=account, kind="suspend").detail == {"reason": "wallet empty"}

    def test_drawn_down_twice_on_a_day_is_drawn_once(self) -> None:
        account = an_account()
        a_subscription(account, a_prepaid_plan(), "2026-04-01")
        pay(account, "10.00", "2026-04-01")

        first, second = draw("2026-04-02"), draw("2026-04-02")

        assert first is not None
        assert second is None
        assert credit(account) == 800  # 10.00 less two days

    def test_of_days_that_no_run_saw_pays_those_it_covered(self) -> None:
        """2.50 at 1.00 a day, and the next run comes on the fifth day: two days are paid, the third is not begun."""
        account = an_account()
        a_subscription(account, a_prepaid_plan(), "2026-04-01")
        pay(account, "2.50", "2026-04-01")

        draw("2026-04-05")

        assert facts(account)[-1] == ("suspend", "2026-04-03")
        assert credit(account) == 50
        assert deviations() == []

    def test_is_not_put_into_debt_by_a_plain_bill_run(self) -> None:
        account = an_account()
        a_subscription(account, a_prepaid_plan(), "2026-04-01")
        pay(account, "1.00", "2026-04-01")

        bill_through("2026-04-01")
        bill_through("2026-04-02", workers=2)

        assert facts(account)[-1] == ("suspend", "2026-04-02")
        assert credit(account) == 0

    def test_is_left_alone_by_a_dry_run(self) -> None:
        account = an_account()
        a_subscription(account, a_prepaid_plan(), "2026-04-01")

        seen = preview(request=RunRequest(through=on("2026-04-01"), actor=ACTOR), now=at("2026-04-01"))

        assert seen.documents == 0
        assert facts(account) == [("subscribe", "2026-04-01")]

    def test_is_drawn_without_touching_accounts_that_pay_afterwards(self) -> None:
        prepaid, afterwards = an_account(), an_account("Bernd Kieffer")
        a_subscription(prepaid, a_prepaid_plan(), "2026-04-01")
        a_subscription(afterwards, a_plan(), "2026-04-01")
        pay(prepaid, "1.00", "2026-04-01")

        draw("2026-04-01")

        assert totals(prepaid) == [100]
        assert totals(afterwards) == []


class TestMonthlyWallet:
    def test_pays_a_month_when_it_begins_and_stops_before_the_next(self) -> None:
        """30.00 a month. 50.00 pay April and leave 20.00: May is not begun until 12.00 come on the 11th.

        From 11 May 21 of 31 days are left: 30.00 × 21 ÷ 31 = 20.32, so 32.00 - 20.32 = 11.68 stay.
        """
        account = an_account()
        monthly = a_subscription(account, a_prepaid_plan("monthly", "30.00", "month"), "2026-04-01")
        pay(account, "50.00", "2026-04-01")
        draw("2026-04-01")
        assert credit(account) == 2000

        draw("2026-05-01")
        assert credit(account) == 2000
        assert not is_served(monthly, "2026-05-01")

        pay(account, "12.00", "2026-05-11")

        assert is_served(monthly, "2026-05-11")
        assert credit(account) == 1168
        assert totals(account) == [3000, 2032]
        assert deviations() == []

    def test_too_small_a_top_up_restores_nothing(self) -> None:
        account = an_account()
        monthly = a_subscription(account, a_prepaid_plan("monthly", "30.00", "month"), "2026-05-01")
        draw("2026-05-01")

        pay(account, "20.31", "2026-05-11")  # a cent less than 30.00 × 21 ÷ 31 = 20.32

        assert not is_served(monthly, "2026-05-11")
        assert credit(account) == 2031

    def test_pays_tax_too(self) -> None:
        from decimal import Decimal

        from broadbill.tax.operations.rates import set_rate

        set_rate(name="VAT", category="standard", percent=Decimal(20), valid_from=None, valid_to=None,
                 now=at("2026-01-01"), actor=ACTOR)  # fmt: skip
        account = an_account()
        monthly = a_subscription(account, a_prepaid_plan("monthly", "30.00", "month"), "2026-05-01")
        pay(account, "35.99", "2026-05-01")  # 30.00 and 20 % are 36.00
        draw("2026-05-01")
        assert not is_served(monthly, "2026-05-01")

        pay(account, "0.01", "2026-05-01")

        assert is_served(monthly, "2026-05-01")
        assert totals(account) == [3600]
        assert credit(account) == 0

    def test_stops_on_the_day_of_an_upgrade_that_is_not_covered(self) -> None:
        """30.00 for April; on the 16th 60.00: 30.00 × 15 ÷ 30 = 15.00 lack. The 15.00 not used come back."""
        account = an_account()
        small = a_prepaid_plan("small", "30.00", "month")
        a_prepaid_plan("large", "60.00", "month")
        mine = a_subscription(account, small, "2026-04-01")
        pay(account, "30.00", "2026-04-01")
        draw("2026-04-01")
        change_plan(
            subscription_id=mine, plan="large", on=on("2026-04-16"), now=at("2026-04-16"), actor=ACTOR
        )

        draw("2026-04-16")

        assert not is_served(mine, "2026-04-16")
        assert credit(account) == 1500
        assert deviations() == []


class TestSeveralSubscriptions:
    def test_are_served_oldest_first(self) -> None:
        account = an_account()
        plan = a_prepaid_plan()
        first, second = (
            a_subscription(account, plan, "2026-04-01"),
            a_subscription(account, plan, "2026-04-01"),
        )
        pay(account, "1.50", "2026-04-01")

        draw("2026-04-01")

        assert is_served(first, "2026-04-01")
        assert not is_served(second, "2026-04-01")
        assert credit(account) == 50

    def test_keep_what_is_paid_for_when_another_one_is_not_covered(self) -> None:
        """The month was paid; only the daily one, which begins today, stops."""
        account = an_account()
        month = a_subscription(account, a_prepaid_plan("monthly", "30.00", "month"), "2026-04-01")
        pay(account, "30.00", "2026-04-01")
        draw("2026-04-01")
        day = a_subscription(account, a_prepaid_plan(), "2026-04-10")

        draw("2026-04-10")

        assert is_served(month, "2026-04-10")
        assert not is_served(day, "2026-04-10")
        assert totals(account) == [3000]


class TestTopUp:
    def test_restores_what_the_wallet_stopped_and_bills_it_at_once(self) -> None:
        account = an_account()
        daily = a_subscription(account, a_prepaid_plan(), "2026-04-01")
        draw("2026-04-01")
        assert not is_served(daily, "2026-04-02")

        pay(account, "3.00", "2026-04-02")

        assert is_served(daily, "2026-04-02")
        assert credit(account) == 200  # 2 April is billed; the first was never begun
        assert BillRun.objects.latest("id").scope == "chosen"

    def test_leaves_what_staff_stopped(self) -> None:
        account = an_account()
        daily = a_subscription(account, a_prepaid_plan(), "2026-04-01")
        draw("2026-04-01")
        suspend(subscription_id=daily, on=on("2026-04-02"), now=at("2026-04-02"), actor="user:1")

        pay(account, "3.00", "2026-04-03")

        assert not is_served(daily, "2026-04-03")
        resume(subscription_id=daily, on=on("2026-04-04"), now=at("2026-04-04"), actor="user:1")
        draw("2026-04-04")
        assert credit(account) == 200

    def test_asked_twice_with_one_key_resumes_and_bills_once(self) -> None:
        account = an_account()
        a_subscription(account, a_prepaid_plan(), "2026-04-01")
        draw("2026-04-01")

        pay(account, "3.00", "2026-04-02", key="till-1")
        pay(account, "3.00", "2026-04-02", key="till-1")

        assert totals(account) == [100]

    def test_that_is_taken_back_stops_service_and_credits_the_days_to_come(self) -> None:
        """30.00 for April by cheque, which comes back on the 11th: 20 of 30 days are credited, 10.00 stay owed."""
        account = an_account()
        monthly = a_subscription(account, a_prepaid_plan("monthly", "30.00", "month"), "2026-04-01")
        cheque = pay(account, "30.00", "2026-04-01", method="cheque")
        draw("2026-04-01")

        reverse_payment(number=cheque.number, reason="returned", reversed_on=on("2026-04-11"),
                        now=at("2026-04-11"), actor=ACTOR)  # fmt: skip

        assert not is_served(monthly, "2026-04-11")
        assert credit(account) == -1000
        assert deviations() == []


class TestWhatStaffSuspended:
    def test_is_not_started_by_the_top_up_after_a_payment_that_was_taken_back(self) -> None:
        account = an_account()
        monthly = a_subscription(account, a_prepaid_plan("monthly", "30.00", "month"), "2026-04-01")
        cheque = pay(account, "30.00", "2026-04-01", method="cheque")
        draw("2026-04-01")
        suspend(subscription_id=monthly, on=on("2026-04-11"), now=at("2026-04-11"), actor="user:1")
        reverse_payment(number=cheque.number, reason="returned", reversed_on=on("2026-04-12"),
                        now=at("2026-04-12"), actor=ACTOR)  # fmt: skip

        pay(account, "90.00", "2026-04-13")

        assert not is_served(monthly, "2026-04-13")

    def test_while_its_charges_go_on_is_left_to_a_person_when_it_is_not_covered(self) -> None:
        account = an_account()
        daily = a_subscription(account, a_prepaid_plan(), "2026-04-01")
        pay(account, "1.00", "2026-04-01")
        draw("2026-04-01")
        suspend(
            subscription_id=daily,
            on=on("2026-04-02"),
            billing="continue",
            now=at("2026-04-02"),
            actor="user:1",
        )

        draw("2026-04-02")

        assert "lacks 1.00 EUR" in RunIssue.objects.get().reason
        pay(account, "5.00", "2026-04-03")
        assert not is_served(daily, "2026-04-03")


class TestRefund:
    def test_of_the_wallet_stops_the_next_period(self) -> None:
        """5.00 less one day are 4.00, all given back: 2 April is not begun, and refunds' numbers are in order."""
        account = an_account()
        daily = a_subscription(account, a_prepaid_plan(), "2026-04-01")
        pay(account, "5.00", "2026-04-01")
        asked = NewRefund(
            account_id=account, amount=euro("4.00"), method="cash", reason="Moves", idempotency_key="a"
        )
        request_refund(refund=asked, on=on("2026-04-01"), now=at("2026-04-01"), actor=ACTOR)

        draw("2026-04-02")

        assert not is_served(daily, "2026-04-02")
        assert credit(account) == 0
        assert deviations() == []

    def test_is_never_paid_by_voucher(self) -> None:
        account = an_account()
        pay(account, "5.00", "2026-04-01")
        asked = NewRefund(
            account_id=account, amount=euro("5.00"), method="voucher", reason="-", idempotency_key="a"
        )

        with pytest.raises(RefundRefused, match="cash, cheque, transfer"):
            request_refund(refund=asked, on=on("2026-04-01"), now=at("2026-04-01"), actor=ACTOR)


class TestWhatPausingCannotHelp:
    def test_a_manual_charge_waits_for_a_top_up(self) -> None:
        account = an_account()
        daily = a_subscription(account, a_prepaid_plan(), "2026-04-01")
        pay(account, "2.00", "2026-04-01")
        draw("2026-04-01")
        add_charge(account_id=account, amount=euro("5.00"), name="Cable", on=on("2026-04-02"),
                   now=at("2026-04-02"), actor=ACTOR)  # fmt: skip

        draw("2026-04-02")

        # The cable costs 5.00 and 1.00 is there: the day is not begun, and still 4.00 lack.
        assert not is_served(daily, "2026-04-02")
        assert credit(account) == 100
        assert RunIssue.objects.get().reason.endswith("lacks 4.00 EUR. Top it up by that and ask again.")

        pay(account, "5.00", "2026-04-02")
        assert is_served(daily, "2026-04-02")
        assert credit(account) == 0  # 6.00 less the cable and the day
        assert deviations() == []

    def test_a_price_corrected_for_days_long_served_is_not_taken_back(self) -> None:
        from broadbill.catalog.operations.plans import set_price

        account = an_account()
        monthly = a_subscription(account, a_prepaid_plan("monthly", "30.00", "month"), "2026-04-01")
        pay(account, "30.00", "2026-04-01")
        draw("2026-04-01")
        set_price(plan="monthly", charge="access", model=flat("33.00"), starts_on=on("2026-04-11"),
                  now=at("2026-04-20"), actor=ACTOR)  # fmt: skip

        draw("2026-04-20")

        # 20 days at 3.00 a month more: 3.00 × 20 ÷ 30 = 2.00 lack, and the days since the 11th were served.
        assert is_served(monthly, "2026-04-20")
        assert "lacks 2.00 EUR" in RunIssue.objects.get().reason
        assert credit(account) == 0


class TestPrepaidPlan:
    @pytest.mark.parametrize(
        "charge",
        [
            {"code": "data", "type": "usage", "period": "month", "meter": "gb", "model": flat("1.00")},
            {
                "code": "late",
                "type": "recurring",
                "period": "month",
                "timing": "arrears",
                "model": flat("1.00"),
            },
        ],
        ids=lambda charge: charge["code"],
    )
    def test_refuses_what_is_known_only_afterwards(self, charge: dict[str, object]) -> None:
        with pytest.raises(PrepaidPlanRefused, match=str(charge["code"])):
            define_plan(code="p", name="P", currency="EUR", charges=[charge], prepaid=True,
                        now=at("2026-01-01"), actor=ACTOR)  # fmt: skip

    def test_keeps_being_prepaid_when_it_is_copied(self) -> None:
        a_prepaid_plan("village")

        copied = copy_plan(
            code="village", new_code="village-2", on=on("2026-02-01"), now=at("2026-02-01"), actor=ACTOR
        )

        assert copied.prepaid

    def test_is_not_replaced_by_one_that_is_paid_afterwards(self) -> None:
        a_prepaid_plan("village")
        a_plan("fiber")

        with pytest.raises(SuccessorUnfit, match="prepaid"):
            name_successor(
                code="village", successor="fiber", on=on("2026-02-01"), now=at("2026-02-01"), actor=ACTOR
            )
