"""Fifty at once, with connections of their own."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from broadbill.core.errors import DomainError
from broadbill.network.models import Grant
from broadbill.payments.models import Payment
from broadbill.prepaid.models import Redemption
from broadbill.prepaid.operations.redeem import redeem_started
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


def test_fifty_first_sign_ins_of_one_code_start_it_once() -> None:
    batch = a_batch("time", HOUR, "5.00", 1, profile="hotspot")
    sold(batch)
    [name] = Grant.objects.values_list("username", flat=True)
    said: list[str] = []

    def start(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT radius_start(%s, %s)", [name, f"device {number}"])
            said.append(cursor.fetchone()[0])

    race(start)

    assert Counter(said) == {"started": 1, "This voucher is in use on another device.": 49}
    assert Grant.objects.get().station.startswith("device ")


def test_of_fifty_workers_that_book_a_sign_in_one_does() -> None:
    batch = a_batch("time", HOUR, "5.00", 1)
    sold(batch)
    Grant.objects.update(started_at=at("2026-04-03"), station="phone")
    booked: list[int] = []

    race(lambda _: booked.append(redeem_started(now=at("2026-04-03"))))

    assert sum(booked) == Redemption.objects.count() == 1
    assert list(verify_vouchers()) == []
