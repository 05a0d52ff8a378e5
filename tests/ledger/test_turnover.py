"""Turnover is the sum of postings, whatever posts them and however it is tidied."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Sum

from broadbill.contracts.models import ServiceChange
from broadbill.contracts.operations.changes import cancel, change_plan, suspend
from broadbill.contracts.operations.service_counts import tidy_service_counts
from broadbill.contracts.queries.service_counts import services_of_plans, services_on
from broadbill.contracts.queries.verify import verify_service_counts
from broadbill.ledger.domain.chart import RECEIVABLES
from broadbill.ledger.models import Turnover
from broadbill.ledger.operations.turnover import tidy_turnover
from broadbill.ledger.queries.verify import verify_turnover
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on, pay

pytestmark = pytest.mark.django_db


def owed() -> int:
    found = Turnover.objects.filter(ledger_account_id=RECEIVABLES).aggregate(all=Sum("amount"))
    return int(found["all"])


class TestTurnover:
    def test_is_the_sum_of_what_is_posted_one_by_one_and_in_bulk(self) -> None:
        for _ in range(3):
            account = an_account()
            a_subscription(account, a_plan(f"p{account}"), "2026-01-01")
        bill_through("2026-01-01")
        pay(account, "12.00", "2026-01-05")

        assert owed() == 3 * 3000 - 1200
        assert list(verify_turnover()) == []

    def test_stays_what_it_is_when_many_rows_become_one(self) -> None:
        account = an_account()
        for _ in range(4):
            pay(account, "10.00", "2026-01-05")

        assert tidy_turnover() == 2  # cash and receivables

        assert Turnover.objects.count() == 2
        assert owed() == -4000
        assert list(verify_turnover()) == []
        assert tidy_turnover() == 0

    def test_that_was_altered_is_told(self) -> None:
        pay(an_account(), "10.00", "2026-01-05")
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ledger_turnover SET amount = amount + 1 WHERE ledger_account_id = %s", [RECEIVABLES]
            )

        [deviation] = verify_turnover()

        assert "is -999 minor units EUR, its postings sum to -1000" in str(deviation)


class TestServiceCounts:
    def test_follow_selling_changing_suspending_and_ending(self) -> None:
        slow, fast = a_plan("slow"), a_plan("fast")
        first = a_subscription(an_account(), slow, "2026-01-01")
        second = a_subscription(an_account(), slow, "2026-01-10")
        change_plan(
            subscription_id=first,
            plan="fast",
            on=on("2026-02-01"),
            when="now",
            now=at("2026-02-01"),
            actor=ACTOR,
        )
        suspend(subscription_id=second, on=on("2026-03-01"), now=at("2026-03-01"), actor=ACTOR)
        cancel(subscription_id=first, on=on("2026-04-01"), when="now", now=at("2026-04-01"), actor=ACTOR)

        days = [on(f"2026-0{month}-05") for month in range(1, 5)]
        assert services_on(days) == [1, 2, 1, 0]
        assert services_of_plans([slow.id, fast.id], on=on("2026-03-05")) == {slow.id: 1, fast.id: 1}
        assert list(verify_service_counts()) == []

        tidy_service_counts()

        assert services_on(days) == [1, 2, 1, 0]
        assert list(verify_service_counts()) == []

    def test_that_were_altered_are_told(self) -> None:
        a_subscription(an_account(), a_plan("slow"), "2026-01-01")
        ServiceChange.objects.update(change=2)

        [deviation] = verify_service_counts()

        assert str(deviation).endswith("changes by 2, its terms by 1")
