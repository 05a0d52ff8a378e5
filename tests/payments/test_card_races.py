"""One account paid into, given back from and settled anew by fifty threads at once: the sums stay right."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.domain.errors import RefundRefused
from broadbill.payments.models import Allocation, OpenItem
from broadbill.payments.operations.record import reverse_payment
from broadbill.payments.operations.refund import NewRefund, request_refund
from broadbill.payments.queries.verify import verify_payments
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

THREADS = 50


def act(account: int, number: int, paid_before: list[str]) -> str:
    """A fifth each: pay 7.00 in cash, give back 3.00, take back a payment of 10.00 (its debts are settled anew),
    pay 2.00 by transfer, or pay 5.00 under a key that others use as well."""
    day = "2026-01-20"
    try:
        match number % 5:
            case 0:
                pay(account, "7.00", day)
                return "seven"
            case 1:
                asked = NewRefund(
                    account_id=account,
                    amount=euro("3.00"),
                    method="transfer",
                    reason="Overpaid",
                    idempotency_key=f"refund-{number}",
                )
                request_refund(refund=asked, on=on(day), now=at(day), actor=ACTOR)
                return "refunded"
            case 2:
                reverse_payment(
                    number=paid_before[number // 5],
                    reason="returned",
                    reversed_on=on(day),
                    now=at(day),
                    actor=ACTOR,
                )
                return "reversed"
            case 3:
                pay(account, "2.00", day, method="transfer")
                return "two"
            case _:
                pay(account, "5.00", day, key="the same")
                return "same"
    except RefundRefused:
        return "refused"
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_fifty_threads_pay_refund_and_settle_anew() -> None:
    account = an_account()
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    # 10 * 10.00 paid for 30.00 owed: 70.00 in credit.
    before = [pay(account, "10.00", "2026-01-05").number for _ in range(10)]

    with ThreadPoolExecutor(THREADS) as threads:
        done = Counter(threads.map(lambda number: act(account, number, before), range(THREADS)))

    assert (done["seven"], done["reversed"], done["two"], done["same"]) == (10, 10, 10, 10)
    assert done["refunded"] + done["refused"] == 10
    # Owed 30.00; came 10 * 7.00 + 10 * 2.00 + 5.00 once = 95.00; all that was paid before went back; less refunds.
    balance = 3000 - 9500 + 300 * done["refunded"]
    assert sum(OpenItem.objects.filter(account_id=account).values_list("open", flat=True)) == balance
    books = {row.name: row.balance.minor for row in trial_balance(as_of=on("2026-01-31"))}
    assert books["Receivables"] == balance
    # 7.00 each, less what was paid before in cash and taken back; 2.00 each less refunds. 5.00 once.
    assert (books["Cash"], books["Bank"]) == (7000 + 500, 2000 - 300 * done["refunded"])
    assert list(verify_payments()) == []
    assert Allocation.objects.filter(undone_at=None).count() > 0
