"""What was measured, as a table for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.table import Table

Result = dict[str, Any]

ROWS: tuple[tuple[str, Callable[[Result], str]], ...] = (
    ("Accounts opened and subscribed a second", lambda r: _whole(r["fill"]["accounts_per_second"])),
    ("First bill: invoices a second", lambda r: _whole(r["first_bill"]["invoices_per_second"])),
    ("Usage records taken in a second", lambda r: _whole(r["use"]["records_per_second"])),
    ("Next month's bill: invoices a second", lambda r: _whole(r["next_bill"]["invoices_per_second"])),
    (
        "Floor, bare COPY into the same tables",
        lambda r: _whole(r["floor"]["as_they_are"]["documents_per_second"]),
    ),
    ("Ratio of the first bill to the floor", lambda r: _ratio(r, "as_they_are")),
    ("The same by time of processor", lambda r: _processor_ratio(r, "as_they_are")),
    ("Floor without keys and triggers", lambda r: _whole(r["floor"]["indexes_only"]["documents_per_second"])),
    ("Ratio of the first bill to that", lambda r: _ratio(r, "indexes_only")),
    ("Most memory of a worker, MB", lambda r: _whole(r["first_bill"]["worker_peak_mb"])),
    ("Seconds of the first bill", lambda r: f"{r['first_bill']['seconds']:.1f}"),
    ("Seconds of a bill with nothing due", lambda r: f"{r['nothing_due']['seconds']:.1f}"),
    ("PDFs a second, one core", lambda r: _whole(r["pdf"]["per_core_second"])),
    ("Bank lines matched, against open invoices", lambda r: _lines(r["bank"])),
    ("Seconds of that statement", lambda r: f"{r['bank']['seconds']:.1f}"),
    ("Payments recognised and posted a second", lambda r: _whole(r["bank"]["payments_per_second"])),
    ("Documents verified a second", lambda r: _whole(r["verify"]["documents_per_second"])),
    ("Account page: queries", lambda r: ", ".join(map(str, r["page"]["queries"]))),
    ("Account page: milliseconds", lambda r: _whole(r["page"]["milliseconds"])),
    ("Processor per invoice, µs (Python + database)", lambda r: _processor(r["first_bill"])),
    ("Load while billing (processes per moment)", lambda r: f"{r['first_bill']['load']:.1f}"),
)


def print_table(results: Sequence[Result]) -> None:
    """One column a size; a dash where a step was not reached."""
    table = Table(title=results[0]["title"] if results else None)
    table.add_column("")
    for result in results:
        table.add_column(f"{result['accounts']:,} accounts", justify="right")
    for name, read in ROWS:
        table.add_row(name, *(_cell(read, result) for result in results))
    Console(width=max(100, 52 + 22 * len(results))).print(table)
    for small, large in pairwise(results):
        if "first_bill" in small and "first_bill" in large:
            times = large["accounts"] / small["accounts"]
            longer = large["first_bill"]["seconds"] / small["first_bill"]["seconds"]
            print(f"{times:.0f} × the accounts took {longer:.1f} × the time.")


def _cell(read: Callable[[Result], str], result: Result) -> str:
    try:
        return read(result)
    except KeyError:
        return "–"


def _lines(bank: Result) -> str:
    return f"{bank['lines']:,} / {bank['open_invoices']:,}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _ratio(result: Result, floor: str) -> str:
    return (
        f"{result['first_bill']['invoices_per_second'] / result['floor'][floor]['documents_per_second']:.2f}"
    )


def _processor_ratio(result: Result, floor: str) -> str:
    """The ratio as it would be if nobody else used the machine and all cores were kept busy."""
    bill = result["first_bill"]
    whole = bill["python_us_per_invoice"] + bill["server_us_per_invoice"]
    return f"{result['floor'][floor]['processor_us_per_document'] / whole:.2f}"


def _processor(bill: Result) -> str:
    return f"{bill['python_us_per_invoice']:.0f} + {bill['server_us_per_invoice']:.0f}"
