"""News of gateways taken in a second, and payments posted: `python -m benchmarks.webhooks [NEWS] [PROCESSES]`.

In a home of its own. The news come through the real view, signature check and all, from several processes at once; each
is new, is kept, and leaves its job. Payments go through `record_payments`, one by one and in batches of 500.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from datetime import UTC, date, datetime

from benchmarks.home import own_home

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
DAY = date(2026, 3, 10)
ACCOUNTS = 2000
BATCH = 500


def main(news: int = 4000, processes: int = 4) -> None:
    with own_home("webhooks", BROADBILL_GATEWAYS="sandbox"):
        _measure(news, processes)


def _measure(news: int, processes: int) -> None:
    from django.db import connections

    accounts = _accounts()
    one_by_one, in_batches = _payments(accounts[:BATCH], 1, "one"), _payments(accounts, BATCH, "many")
    connections.close_all()
    began = time.monotonic()
    context = multiprocessing.get_context("fork")
    workers = [
        context.Process(target=_deliver, args=(number, news // processes)) for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - began
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a process failed")
    print(f"{news / seconds:,.0f} news a second taken in by {processes} processes")
    print(f"{one_by_one:,.0f} payments a second posted one by one, {in_batches:,.0f} in batches of {BATCH}")


def _accounts() -> list[int]:
    from broadbill.accounts.domain.new_account import NewAccount
    from broadbill.accounts.operations.open_accounts import open_accounts

    new = [
        NewAccount(number=f"W{n}", name=f"Customer {n}", opened_on=DAY, currency="EUR", timezone="UTC")
        for n in range(ACCOUNTS)
    ]
    return open_accounts(accounts=new, now=NOW, actor="bench")


def _payments(accounts: list[int], size: int, name: str) -> float:
    """Payments posted a second, one for each account."""
    from broadbill.core.money import Currency, Money
    from broadbill.payments.operations.record import NewPayment, record_payments

    euro = Currency.of("EUR")
    payments = [
        NewPayment(account_id=account, amount=Money(3000, euro), method="transfer", received_on=DAY,
                   idempotency_key=f"{name}-{account}")
        for account in accounts
    ]  # fmt: skip
    began = time.monotonic()
    for first in range(0, len(payments), size):
        record_payments(payments=payments[first : first + size], now=NOW, actor="bench")
    return len(payments) / (time.monotonic() - began)


def _deliver(worker: int, count: int) -> None:
    from django.test import Client

    from broadbill.payments.adapters.sandbox import SIGNATURE, sign

    client = Client(headers={"host": "localhost"})
    for number in range(count):
        event = f"evt-{worker}-{number}"
        body = json.dumps({"event": event, "kind": "charge", "reference": f"sx-{worker}-{number}"}).encode()
        answer = client.post(
            "/hooks/sandbox/", body, content_type="application/json", headers={SIGNATURE: sign(body)}
        )
        if answer.status_code != 204:
            raise SystemExit(f"answered {answer.status_code}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
