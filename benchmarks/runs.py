"""Filling and billing, timed."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from types import ModuleType
from typing import Any

from benchmarks import provider
from benchmarks.machine import Usage
from broadbill.billing.operations.run import RunRequest
from broadbill.billing.operations.run import bill as run_bill


def fill(sells: ModuleType, accounts: int) -> dict[str, Any]:
    """Accounts a second through the bulk operations: each with a profile, its subscriptions, facts and events."""
    began = time.monotonic()
    with Usage() as usage:
        sells.fill(accounts)
    seconds = time.monotonic() - began
    return {"seconds": seconds, "accounts_per_second": accounts / seconds, "load": usage.load}


def use(sells: ModuleType) -> dict[str, Any]:
    """Usage records a second, day by day from the first bill to the next, with their daily roll-ups."""
    began = time.monotonic()
    with Usage() as usage:
        records = sells.use(sells.FIRST_BILL, sells.NEXT_BILL)
    seconds = time.monotonic() - began
    if not records:
        return {"records": 0}
    return {
        "records": records,
        "records_per_second": records / seconds,
        "processor_us_per_record": (usage.python_seconds + usage.server_seconds) / records * 1e6,
    }


def bill(through: date, workers: int) -> dict[str, Any]:
    """One bill run, from "who is due?" to the last commit."""
    began = time.monotonic()
    with Usage() as usage:
        run = run_bill(
            request=RunRequest(through=through, actor=provider.ACTOR),
            now=datetime(through.year, through.month, through.day, 12, tzinfo=UTC),
            workers=workers,
        )
    seconds = time.monotonic() - began
    documents = run.documents.count()
    found = {"run": run.id, "documents": documents, "seconds": seconds, "load": usage.load}
    if not documents:
        return found
    return found | {
        "invoices_per_second": documents / seconds,
        "worker_peak_mb": usage.worker_peak_mb,
        "python_us_per_invoice": usage.python_seconds / documents * 1e6,
        "server_us_per_invoice": usage.server_seconds / documents * 1e6,
    }
