"""The example of the first day, as most commands are tried on it."""

from __future__ import annotations

from tests.databases import SOURCE, run

EXAMPLE = SOURCE.parent / "examples" / "first-day"


def first_day(name: str, *, billed: bool = False) -> None:
    """Tables, plans and customers in an empty database: 1001 has fibre-100 at 30.00, 1002 fibre-500 at 40.00.

    `billed`, they have their invoices of December 2026 too.
    """
    run(name, "migrate")
    run(name, "plan", "add", str(EXAMPLE / "plans.json"))
    run(name, "import", str(EXAMPLE / "customers.csv"), "--map", str(EXAMPLE / "customers.toml"))
    if billed:
        run(name, "bill", "--through", "2026-12-01")
