"""However many ask at once, a coupon is never redeemed more often than it may be."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from broadbill.catalog.domain.promotion_errors import CouponUsedUp
from broadbill.catalog.queries.promotions import coupon_coded, promotion_coded
from broadbill.contracts.domain.promotion_errors import AlreadyTaken
from broadbill.contracts.models import Fact, Redemption
from tests.promotions import a_coupon, a_promotion, redeem
from tests.world import an_account

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 50


def race(code: str, accounts: list[int]) -> Counter[str]:
    """Every thread, on a connection of its own, redeems for its share of the accounts; all begin together."""
    start = Barrier(THREADS)
    backends: set[int] = set()

    def work(mine: list[int]) -> list[str]:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backends.add(cursor.fetchone()[0])
            start.wait(timeout=60)
            return [attempt(code, account) for account in mine]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        outcomes = threads.map(work, [accounts[number::THREADS] for number in range(THREADS)])
        counted = Counter(outcome for each in outcomes for outcome in each)
    assert len(backends) == THREADS
    return counted


def attempt(code: str, account: int) -> str:
    try:
        redeem(code, account, "2026-01-01")
    except (CouponUsedUp, AlreadyTaken) as refusal:
        return type(refusal).__name__
    return "taken"


class TestACouponOfAHundredUses:
    def test_is_redeemed_a_hundred_times_by_a_hundred_and_fifty(self) -> None:
        a_coupon("HUNDRED", limit=100)

        outcomes = race("HUNDRED", [an_account() for _ in range(150)])

        assert outcomes == {"taken": 100, "CouponUsedUp": 50}
        assert coupon_coded("HUNDRED").redeemed == Redemption.objects.count() == Fact.objects.count() == 100

    def test_is_redeemed_once_more_when_one_use_is_left(self) -> None:
        a_coupon("LAST", limit=1)

        outcomes = race("LAST", [an_account() for _ in range(THREADS)])

        assert outcomes == {"taken": 1, "CouponUsedUp": 49}
        assert coupon_coded("LAST").redeemed == promotion_coded("of LAST").redeemed == 1


class TestAPromotionOfOneUsePerAccount:
    def test_is_taken_once_by_an_account_that_asks_fifty_times(self) -> None:
        a_coupon("MINE", a_promotion(limit_per_account=1))

        outcomes = race("MINE", [an_account()] * THREADS)

        assert outcomes == {"taken": 1, "AlreadyTaken": 49}
        assert Redemption.objects.count() == 1
