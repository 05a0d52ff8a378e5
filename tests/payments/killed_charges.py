"""Charges and refunds whose process is killed at each moment around the gateway's call.

Every request is made by a process of its own that dies at its moment; after each round a fresh process finds out what
became of them, as the worker does after a restart. Prints what then stands at the gateway and in the books.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

from broadbill.cli.session import load_django

MOMENTS = ("before the call", "after the call", "after the reply", "before the commit")
ACCOUNTS = 28
ROUNDS = 4


def main() -> None:
    load_django()
    accounts = json.loads(_in_a_process(_make_accounts))
    moments = cycle(MOMENTS)
    kills = 0
    for number in range(ROUNDS):
        for account in accounts:
            kills += _dies(_charge, account, f"charge-{number}-{account}", next(moments))
        _in_a_process(_find_out)
        next(moments)  # so that an account meets each moment
    for number in range(ROUNDS):
        for account in accounts:
            kills += _dies(_refund, account, f"refund-{number}-{account}", next(moments))
        _in_a_process(_find_out)
        next(moments)
    print(json.dumps({"kills": kills, **json.loads(_in_a_process(_count))}))


def _in_a_process(work: Callable[[], str]) -> str:
    """What `work` returns, from a process that begins without a connection and ends by itself."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        with os.fdopen(writing, "w") as out:
            out.write(work())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"{work.__name__} ended with {status}"
    return said


def _dies(work: Callable[[int, str], None], account: int, key: str, moment: str) -> bool:
    """Whether a process that does the work was killed at the moment; it must be."""
    if (child := os.fork()) == 0:
        _arm(moment)
        work(account, key)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"{work.__name__} {moment} ended with {status}"
    return os.WTERMSIG(status) == signal.SIGKILL


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(moment: str) -> None:
    """Have this process die at the moment of the first request it makes."""
    from broadbill.payments.adapters import gateways
    from broadbill.payments.adapters.sandbox import Sandbox
    from broadbill.payments.operations import card_charges, card_refunds

    if moment == "after the reply":
        card_charges.settle_charge = card_refunds.settle_refund = _die  # type: ignore[assignment]
    if moment == "before the commit":
        card_charges.record_payment = _then_die(card_charges.record_payment)
        card_refunds.pay_refund = _then_die(card_refunds.pay_refund)

    class Dying(Sandbox):
        def charge(self, request: Any) -> Any:
            return self._call(super().charge, request)

        def refund(self, request: Any) -> Any:
            return self._call(super().refund, request)

        def _call(self, really: Callable[[Any], Any], request: Any) -> Any:
            if moment == "before the call":
                _die()
            seen = really(request)
            if moment == "after the call":
                _die()
            return seen

    gateways.MAKERS["sandbox"] = Dying


def _then_die(done: Callable[..., Any]) -> Callable[..., Any]:
    def doing(*arguments: Any, **named: Any) -> None:
        done(*arguments, **named)
        _die()

    return doing


def _make_accounts() -> str:
    from tests.payments.cards import a_card
    from tests.world import a_plan, a_subscription, an_account, bill_through

    plan = a_plan(amount="30.00")
    accounts = [an_account() for _ in range(ACCOUNTS)]
    for account in accounts:
        a_subscription(account, plan, "2026-01-01")
        a_card(account)
    bill_through("2026-01-01")
    return json.dumps(accounts)


def _charge(account: int, key: str) -> None:
    from broadbill.payments.models import SavedMethod
    from tests.payments.cards import charge

    charge(SavedMethod.objects.get(account_id=account), "7.50", "2026-01-10", key=key, off_session=True)


def _refund(account: int, key: str) -> None:
    from broadbill.payments.operations.card_refunds import refund_to_cards, send_card_refund
    from tests.world import at, euro, on, pay

    pay(account, "1.00", "2026-01-12", key=f"pay-{key}")
    [row] = refund_to_cards(
        account_id=account, amount=euro("1.00"), reason="too much", key=key, on=on("2026-01-12"),
        now=at("2026-01-12"), actor="test",
    )  # fmt: skip
    send_card_refund(refund_id=row.id, now=at("2026-01-12"))


def _find_out() -> str:
    from broadbill.payments.operations.card_charges import settle_under_way
    from broadbill.payments.operations.card_refunds import settle_refunds_under_way
    from tests.world import at

    now = at("2026-01-12") + timedelta(minutes=10)
    charges = settle_under_way(now=at("2026-01-10") + timedelta(minutes=10))
    return json.dumps([charges, settle_refunds_under_way(now=now)])


def _count() -> str:
    from broadbill.payments.models import CardCharge, Payment, Refund, SandboxCharge, SandboxRefund
    from broadbill.payments.queries.verify import verify_payments

    return json.dumps(
        {
            "charges": CardCharge.objects.count(),
            "charges_succeeded": CardCharge.objects.filter(state="succeeded").count(),
            "gateway_charges": SandboxCharge.objects.filter(outcome="succeeded").count(),
            "payments": Payment.objects.filter(method="card").count(),
            "refunds": Refund.objects.count(),
            "refunds_paid": Refund.objects.filter(state="paid").count(),
            "gateway_refunds": SandboxRefund.objects.count(),
            "deviations": [str(deviation) for deviation in verify_payments()],
        }
    )


if __name__ == "__main__":
    main()
