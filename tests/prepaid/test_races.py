"""Fifty at once, with connections of their own."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from broadbill.core.errors import DomainError
from broadbill.payments.models import Payment
from broadbill.prepaid.models import Entitlement, Redemption
from broadbill.prepaid.operations.consume import consume
from broadbill.prepaid.queries.verify import verify_vouchers
from tests.prepaid.cards import HOUR, a_batch, codes, sold, use
from tests.prepaid.wallets import credit
from tests.world import an_account, at

pytestmark = pytest.mark.django_db(transaction=True)
RACERS = 50


def race(run) -> Counter[str]:
    """Let RACERS threads begin together; count how each of them ended."""
    begin = Barrier(RACERS)

    def one(number: int) -> str:
        begin.wait()
        try:
            run(number)
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(RACERS) as threads:
        return Counter(threads.map(one, range(RACERS)))


def test_of_fifty_redeeming_one_code_exactly_one_wins() -> None:
    batch = a_batch(size=1)
    sold(batch)
    [code] = codes(batch)
    accounts = [an_account(f"Racer {number}") for number in range(5)]

    ended = race(lambda number: use(code, account_id=accounts[number % 5]))

    assert ended == {"won": 1, "prepaid.voucher_already_redeemed": 49}
    assert Redemption.objects.count() == Payment.objects.count() == 1
    assert sum(credit(account) for account in accounts) == 1000
    assert list(verify_vouchers()) == []


def test_fifty_reports_of_one_use_count_once_and_fifty_uses_never_go_below_nothing() -> None:
    batch = a_batch("time", HOUR, "5.00", 1)
    sold(batch)
    entitlement = use(codes(batch)[0], device="phone").entitlement_id
    count = {"entitlement_id": entitlement, "at": at("2026-04-03")}

    race(lambda _: consume(usage_id="same", seconds=600, **count))
    assert Entitlement.objects.get().seconds_left == 3000  # 3600 less 600, once

    race(lambda number: consume(usage_id=f"use {number}", seconds=100, **count))
    assert Entitlement.objects.get().seconds_left == 0  # 50 × 100 are more than 3000
    assert list(verify_vouchers()) == []
