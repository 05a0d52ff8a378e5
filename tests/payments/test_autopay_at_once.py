"""Accounts that pay by themselves are charged at the same time, so many and no more, each once."""

from __future__ import annotations

import threading

import pytest

from broadbill.payments.adapters import gateways
from broadbill.payments.adapters.sandbox import Sandbox
from broadbill.payments.domain.gateway import ChargeRequest, ChargeSeen
from broadbill.payments.models import CardCharge, Payment, SandboxCharge
from broadbill.payments.operations.autopay import Tally, charge_what_is_due
from broadbill.payments.queries.verify import verify_payments
from tests.payments.cards import a_card
from tests.world import a_plan, a_subscription, an_account, at, bill_through, on

AT_ONCE = 4


def run() -> Tally:
    return charge_what_is_due(on=on("2026-01-02"), now=at("2026-01-02"), zone="UTC", at_once=AT_ONCE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox")
def test_so_many_at_the_same_time_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every charge waits at the gateway until four are there: one after the other would never come to an end."""
    together = threading.Barrier(AT_ONCE)
    now_there, most = [0], [0]
    counting = threading.Lock()

    class Slow(Sandbox):
        def charge(self, request: ChargeRequest) -> ChargeSeen:
            with counting:
                now_there[0] += 1
                most[0] = max(most[0], now_there[0])
            together.wait(timeout=20)
            with counting:
                now_there[0] -= 1
            return super().charge(request)

    monkeypatch.setitem(gateways.MAKERS, "sandbox", Slow)
    plan = a_plan(amount="30.00")
    for number in range(AT_ONCE * 3):
        account = an_account(number=f"A{number}", terms_days=0)
        a_card(account, "insufficient_funds" if number == 5 else "approve", autopay=True)
        a_subscription(account, plan, "2026-01-01")
    bill_through("2026-01-01")

    done, again = run(), run()

    assert (done.succeeded, done.declined, done.under_way, done.refused) == (11, 1, 0, 0)
    assert again == Tally()
    assert most[0] == AT_ONCE
    assert (SandboxCharge.objects.count(), CardCharge.objects.count(), Payment.objects.count()) == (
        12,
        12,
        11,
    )
    assert list(verify_payments()) == []
