from __future__ import annotations

import pytest

from broadbill.catalog.operations.plans import define_plan
from broadbill.contracts.operations.changes import cancel
from broadbill.ledger.domain.chart import DEFERRED_REVENUE, RECEIVABLES, REVENUE
from broadbill.ledger.models import JournalEntry
from broadbill.ledger.operations.recognition import recognise
from broadbill.ledger.queries.trial_balance import trial_balance
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, flat, on

pytestmark = pytest.mark.django_db


def balances(day: str) -> dict[int, str]:
    return {row.code: str(row.balance) for row in trial_balance(as_of=on(day))}


class TestRecognise:
    def test_earns_a_month_day_by_day(self) -> None:
        a_subscription(an_account(), a_plan(amount="31.00"), "2026-01-01")
        bill_through("2026-01-01")

        posted = recognise(through=on("2026-01-10"), now=at("2026-01-11"))

        assert posted == 10
        # 10 of 31 days of 31.00
        assert balances("2026-01-10") == {RECEIVABLES: "31.00", DEFERRED_REVENUE: "-21.00", REVENUE: "-10.00"}

    def test_loses_nothing_when_the_days_do_not_divide_the_amount(self) -> None:
        a_subscription(an_account(), a_plan(amount="10.00"), "2026-01-01")
        bill_through("2026-01-01")

        recognise(through=on("2026-01-31"), now=at("2026-02-01"))

        assert balances("2026-01-31") == {RECEIVABLES: "10.00", DEFERRED_REVENUE: "0.00", REVENUE: "-10.00"}
        amounts = [
            entry.postings.get(ledger_account_id=REVENUE).amount
            for entry in JournalEntry.objects.filter(kind="recognition")
        ]
        # 10.00 over 31 days is 32.26 cents a day: every day gets 32 or 33.
        assert set(amounts) == {-32, -33}

    def test_run_twice_posts_nothing_the_second_time(self) -> None:
        a_subscription(an_account(), a_plan(), "2026-01-01")
        bill_through("2026-01-01")
        recognise(through=on("2026-01-10"), now=at("2026-01-11"))

        assert recognise(through=on("2026-01-10"), now=at("2026-01-11")) == 0

    def test_takes_back_what_a_credit_note_makes_unearned(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(amount="31.00"), "2026-01-01")
        bill_through("2026-01-01")
        recognise(through=on("2026-01-20"), now=at("2026-01-21"))

        cancel(subscription_id=subscription, on=on("2026-01-11"), now=at("2026-01-25"), actor=ACTOR)
        bill_through("2026-01-25")
        recognise(through=on("2026-01-25"), now=at("2026-01-26"))

        # Only the first ten days were ever owed.
        assert balances("2026-01-25") == {RECEIVABLES: "10.00", DEFERRED_REVENUE: "0.00", REVENUE: "-10.00"}

    def test_books_a_set_up_fee_as_revenue_of_its_day(self) -> None:
        plan = define_plan(
            code="setup",
            name="Set-up",
            currency="EUR",
            charges=[{"code": "fee", "type": "one_off", "model": flat("50.00")}],
            now=at("2025-12-01"),
            actor=ACTOR,
        )
        a_subscription(an_account(), plan, "2026-01-01")
        bill_through("2026-01-01")

        assert balances("2026-01-01") == {RECEIVABLES: "50.00", REVENUE: "-50.00"}


class TestTrialBalance:
    def test_sums_to_nothing(self) -> None:
        for start in ("2026-01-01", "2026-01-07", "2026-01-31"):
            a_subscription(an_account(), a_plan(f"plan-{start}", "19.99"), start)
        bill_through("2026-03-01")
        recognise(through=on("2026-02-11"), now=at("2026-03-01"))

        assert sum(row.balance.minor for row in trial_balance(as_of=on("2026-03-01"))) == 0
