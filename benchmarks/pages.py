"""Pages of a big provider at 50 requests a second: `python -m benchmarks.pages [--accounts N] [--months M]`.

A home of its own is filled and billed as in benchmarks/provider.py, month by month; then Broadbill's own web processes
serve, and one process asks for pages of customers all over the provider. All of them share the machine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from benchmarks.home import own_home

if TYPE_CHECKING:
    from benchmarks.load import Wanted

SEED = 20260102
VIEWERS = 200
PASSWORD = "a long and unusual sentence"  # noqa: S105
NOW = datetime(2026, 12, 31, 12, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--months", type=int, default=12, help="of invoices")
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=60.0, help="of asking")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that serve pages")
    arguments = parser.parse_args()
    with own_home("pages"):
        _fill(arguments.accounts, arguments.months)
        _measure(arguments)


def _fill(accounts: int, months: int) -> None:
    from django.db import connection

    from benchmarks import provider, runs
    from broadbill.kernel.home import current_home
    from broadbill.kernel.static_files import collect_if_changed

    began = time.monotonic()
    provider.fill(accounts)
    documents = sum(
        runs.bill(_end_of_month(month), os.cpu_count() or 1)["documents"] for month in range(1, months + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone()
    collect_if_changed(current_home())
    seconds = time.monotonic() - began
    print(
        f"{accounts:,} accounts with {documents:,} invoices, {size / 1e9:.1f} GB, in {seconds:.0f} s",
        flush=True,
    )


def _end_of_month(month: int) -> date:
    return date(2026 + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _measure(arguments: argparse.Namespace) -> None:
    from benchmarks.load import send
    from broadbill.kernel.ports import free_port

    chance = Random(SEED)  # noqa: S311  # the same pages every time
    wanted = list(_pages(arguments.accounts, chance, int(arguments.rate * arguments.seconds)))
    with _served(port := free_port(), arguments.workers):
        send(port, wanted[: int(arguments.rate) * 5], per_second=arguments.rate / 2)
        print(f"{arguments.rate:.0f} requests a second for {arguments.seconds:.0f} s:")
        print(f"{'page':<20}{'asked':>7}{'median ms':>11}{'p95 ms':>9}{'slowest':>9}{'bytes':>8}")
        for page in sorted(send(port, wanted, per_second=arguments.rate), key=lambda page: page.name):
            print(
                f"{page.name:<20}{page.requests:>7}{page.median:>11.1f}{page.p95:>9.1f}{page.slowest:>9.1f}{page.bytes:>8,}"
            )


def _pages(accounts: int, chance: Random, count: int) -> Iterator[Wanted]:
    """Half of the office, half of the portal's customers."""
    from benchmarks.load import Wanted

    clerk, viewers = _clerk(), _viewers(accounts, chance)
    for _ in range(count):
        customer = chance.randrange(1, accounts + 1)
        number, street = f"C{customer:07d}", f"Long+Street+{customer % 977}"
        yield chance.choice(
            [
                Wanted("overview", "/", clerk),
                Wanted("account", f"/customers/{number}/", clerk),
                Wanted("search by number", f"/search/?q={number}", clerk),
                Wanted("search by name", f"/search/?q=Customer+{customer}", clerk),
                Wanted("search by street", f"/search/?q={street}", clerk),
                Wanted("customers", "/customers/", clerk),
                Wanted("customers found", f"/customers/?q={number[:-2]}", clerk),
                Wanted("invoices", "/invoices/", clerk),
                Wanted("payments", "/payments/", clerk),
                Wanted("portal home", "/my/", chance.choice(viewers)),
                Wanted("portal bills", "/my/bills/", chance.choice(viewers)),
            ]
        )


def _clerk() -> str:
    from broadbill.identity.domain.permissions import Role
    from broadbill.identity.operations.users import add_user

    return _cookie(
        add_user(
            email="clerk@example.com", roles=[Role.BILLING], password=PASSWORD, actor="benchmark", now=NOW
        )
    )


def _viewers(accounts: int, chance: Random) -> list[str]:
    from broadbill.accounts.operations.viewers import let_in

    customers = {f"C{chance.randrange(1, accounts + 1):07d}" for _ in range(min(VIEWERS, accounts))}
    return [
        _cookie(let_in(number=number, email=f"{number}@home.example", actor="benchmark", now=NOW))
        for number in sorted(customers)
    ]


def _cookie(user: object) -> str:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(user)  # type: ignore[arg-type]
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


@contextmanager
def _served(port: int, workers: int) -> Iterator[None]:
    from broadbill.cli.running import Running

    command = [sys.executable, "-m", "broadbill.cli.processes", "web"]
    process = subprocess.Popen([*command, "--port", str(port), "--workers", str(workers)])
    try:
        while Running(process.pid, 0, "127.0.0.1", port).health() is None:
            assert process.poll() is None, "the pages' process ended"
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
