"""What becomes known late comes back by itself."""

from __future__ import annotations

import pytest

from broadbill.billing.models import Document
from broadbill.billing.queries.verify import verify_documents
from broadbill.catalog.operations.plans import set_price
from broadbill.contracts.operations.account_facts import give_credit
from broadbill.contracts.operations.changes import cancel
from broadbill.tax.operations.rates import set_rate
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, flat, on, pay

pytestmark = pytest.mark.django_db


def totals(account_id: int) -> list[int]:
    return list(Document.objects.filter(account_id=account_id).order_by("id").values_list("total", flat=True))


class TestLateKnowledge:
    def test_a_price_typed_wrong_for_three_months_comes_back_to_every_customer(self) -> None:
        plan = a_plan("fiber", "39.00")
        accounts = [an_account() for _ in range(5)]
        for account in accounts:
            a_subscription(account, plan, "2026-01-01")
        for month in ("2026-01-01", "2026-02-01", "2026-03-01"):
            bill_through(month)

        set_price(
            plan="fiber",
            charge="access",
            model=flat("30.00"),
            starts_on=None,
            now=at("2026-03-10"),
            actor=ACTOR,
        )
        bill_through("2026-03-10")

        # Three months at 9.00 too much.
        assert [totals(account) for account in accounts] == [[3900, 3900, 3900, -2700]] * 5
        assert list(verify_documents()) == []

    def test_a_price_from_a_date_on_leaves_what_was_before(self) -> None:
        account = an_account()
        a_subscription(account, a_plan("fiber", "30.00"), "2026-01-01")
        bill_through("2026-01-01")
        set_price(
            plan="fiber",
            charge="access",
            model=flat("33.00"),
            starts_on=on("2026-02-01"),
            now=at("2026-01-15"),
            actor=ACTOR,
        )

        bill_through("2026-02-01")

        assert totals(account) == [3000, 3300]

    def test_a_price_for_new_ones_recorded_late_touches_only_who_came_since(self) -> None:
        plan = a_plan("fiber", "30.00")
        before, since = an_account(), an_account()
        a_subscription(before, plan, "2026-01-01")
        a_subscription(since, plan, "2026-02-01")
        bill_through("2026-02-01")
        set_price(
            plan="fiber",
            charge="access",
            model=flat("36.00"),
            starts_on=on("2026-01-15"),
            for_new=True,
            now=at("2026-02-10"),
            actor=ACTOR,
        )

        bill_through("2026-03-01")

        # January and February, March; since: February, then 6.00 more for it with March.
        assert (totals(before), totals(since)) == ([6000, 3000], [3000, 4200])
        assert list(verify_documents()) == []

    def test_a_new_plan_makes_nobody_due(self) -> None:
        a_subscription(an_account(), a_plan("fiber"), "2026-01-01")
        bill_through("2026-01-01")
        a_plan("another", "99.00")

        assert bill_through("2026-01-02").accounts_due == 0

    def test_a_cancellation_known_late_gives_back_to_the_day(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(amount="31.00"), "2026-01-01")
        bill_through("2026-01-01")
        bill_through("2026-02-01")

        cancel(subscription_id=subscription, on=on("2026-01-11"), now=at("2026-02-10"), actor=ACTOR)
        bill_through("2026-02-10")

        # January owes 10 days of 31; February nothing.
        assert totals(account) == [3100, 3100, -5200]

    def test_goodwill_waits_for_a_bill_to_lower(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
        bill_through("2026-01-01")
        give_credit(
            account_id=account,
            amount=euro("40.00"),
            name="Sorry",
            on=on("2026-01-05"),
            now=at("2026-01-05"),
            actor=ACTOR,
        )

        bill_through("2026-02-01")
        bill_through("2026-03-01")

        assert totals(account) == [3000, 0, 2000]
        assert list(verify_documents()) == []

    def test_a_tax_from_a_date_on_is_on_the_documents_of_that_date(self) -> None:
        account = an_account(country="AT")
        a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
        bill_through("2026-01-01")
        set_rate(
            name="VAT", category="standard", percent=20, valid_from=on("2026-02-01"), valid_to=None, region="AT",
            now=at("2026-01-20"), actor=ACTOR,
        )  # fmt: skip

        bill_through("2026-02-01")

        assert totals(account) == [3000, 3600]

    def test_money_paid_ahead_lowers_what_is_due(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
        pay(account, "12.00", "2026-01-01")

        bill_through("2026-01-01")

        assert (Document.objects.get().total, Document.objects.get().due) == (3000, 1800)
