"""One bank statement against many open invoices, in a home of its own that is filled by SQL: `benchmarks.bank` alone.

Run with `python -m benchmarks.statement [--invoices N] [--lines M] [--profile FILE]`. One account is opened and billed
by the operations; all others are copies of its rows with keys, numbers and names of their own.
"""

from __future__ import annotations

import argparse
import cProfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.home import own_home

if TYPE_CHECKING:
    import psycopg
    from django.db.models import Model


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.statement", description=__doc__)
    parser.add_argument("--invoices", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--profile", type=Path, help="write a profile of the import into this file")
    arguments = parser.parse_args()
    with own_home("statement"):
        _fill(arguments.invoices)
        _measure(arguments.lines, arguments.profile)


def _fill(invoices: int) -> None:
    from django.db import connection

    from benchmarks.floor import superuser
    from broadbill.accounts.domain.new_account import NewAccount
    from broadbill.accounts.models import Account, Profile
    from broadbill.accounts.operations.open_accounts import open_account
    from broadbill.billing.models import Document, Series
    from broadbill.billing.operations.run import RunRequest, bill
    from broadbill.catalog.operations.plans import define_plan
    from broadbill.contracts.operations.subscribe import NewSubscription, subscribe
    from broadbill.payments.models import OpenItem

    opened = datetime(2026, 1, 1, tzinfo=UTC)
    charge = {
        "code": "access",
        "type": "recurring",
        "period": "month",
        "model": {"model": "flat", "amount": "30.00"},
    }
    plan = define_plan(
        code="fiber", name="Fiber", currency="EUR", charges=[charge], now=opened, actor="benchmark"
    )
    account = NewAccount(
        name="First", number="K000001", opened_on=date(2026, 1, 1), currency="EUR", timezone="Europe/Vienna"
    )
    account_id = open_account(account=account, now=opened, actor="benchmark")
    new = NewSubscription(account_id=account_id, plan=plan, starts_on=date(2026, 1, 1))
    subscribe(subscription=new, now=opened, actor="benchmark")
    bill(request=RunRequest(through=date(2026, 1, 31), actor="benchmark"), now=opened, workers=1)
    number = Series.objects.get().pattern.partition("{")[0]
    own: dict[type[Model], dict[str, str]] = {
        Profile: {"account_id": "n", "legal_name": "'Customer Number' || n"},
        Account: {
            "number": "'K' || lpad(n::text, greatest(6, length(n::text)), '0')",
            "name": "'Customer Number' || n",
            "profile_id": "n",
        },
        Document: {
            "sequence": "n",
            "number": f"'{number}' || lpad(n::text, greatest(6, length(n::text)), '0')",
            "account_id": "n",
            "profile_id": "n",
            "entry_id": "NULL",
        },
        OpenItem: {"account_id": "n", "document_id": "n"},
    }
    began = time.monotonic()
    # No keys are checked: accounts and profiles point at each other, and the copies have no entries in the journal.
    with superuser(str(connection.settings_dict["NAME"])) as server:
        server.execute("SET session_replication_role = replica")
        for model, keys in own.items():
            _copy(server, model, {"id": "n"} | keys, invoices)
    Series.objects.filter(next_sequence=2).update(next_sequence=invoices + 1)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"filled with {invoices:,} open invoices in {time.monotonic() - began:.0f} s", flush=True)


def _copy(server: psycopg.Connection[Any], model: type[Model], keys: dict[str, str], count: int) -> None:
    """Make `count` rows of the first one: each value as in it, or as SQL says of the number n."""
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(keys.get(column, f'first."{column}"') for column in columns)
    listed = ", ".join(f'"{column}"' for column in columns)
    server.execute(
        f'INSERT INTO "{table}" ({listed}) SELECT {values}'
        f' FROM (SELECT * FROM "{table}" ORDER BY id LIMIT 1) AS first, generate_series(2, {count}) AS n'.encode()
    )
    server.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {count})".encode())


def _measure(lines: int, profile: Path | None) -> None:
    from benchmarks import bank
    from benchmarks.machine import Usage

    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    with Usage() as usage:
        found = bank.measure(lines)
    profiler.disable()
    if profile:
        profiler.dump_stats(profile)
    print(
        f"{found['lines']:,} lines against {found['open_invoices']:,} open invoices: {found['seconds']:.1f} s,"
        f" {found['payments']:,} payments ({found['payments_per_second']:,.0f} a second), {found['queued']:,} queued;"
        f" {usage.python_seconds:.1f} + {usage.server_seconds:.1f} s of processor (Python + database),"
        f" load {usage.load:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
