"""Measures one size in this process: `python -m benchmarks.measure PROVIDER ACCOUNTS WORKERS RESULT.json`.

What was found so far is written after every step, so that a size that runs out of time has told something.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def main(name: str, accounts: int, workers: int, out: Path) -> None:
    from broadbill.cli.session import open_session

    open_session(seal_at_end=False)
    from benchmarks import bank, checks, floor, mixed, page, papers, provider, runs

    sells = {"access": provider, "mixed": mixed}[name]
    result: dict[str, Any] = {"title": sells.TITLE, "accounts": accounts, "workers": workers}

    @contextmanager
    def step(name: str) -> Iterator[dict[str, Any]]:
        began = time.monotonic()
        found: dict[str, Any] = {}
        yield found
        result[name] = found
        out.write_text(json.dumps(result), encoding="utf-8")
        print(
            f"{accounts:,} accounts: {name} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True
        )

    with step("fill") as found:
        found.update(runs.fill(sells, accounts))
    before = floor.copy_database()
    with step("first_bill") as found:
        found.update(runs.bill(sells.FIRST_BILL, workers))
    with step("floor") as found:
        found.update(floor.measure(before, result["first_bill"]["run"], workers))
    with step("use") as found:
        found.update(runs.use(sells))
    with step("next_bill") as found:
        found.update(runs.bill(sells.NEXT_BILL, workers))
    with step("nothing_due") as found:
        found.update(runs.bill(sells.NEXT_BILL, workers))
    with step("page") as found:
        found.update(page.measure(accounts))
    with step("pdf") as found:
        found.update(papers.measure())
    with step("bank") as found:
        found.update(bank.measure())
    with step("verify") as found:
        found.update(checks.measure(workers))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
