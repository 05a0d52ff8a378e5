"""How fast the rating core is, pricing model by pricing model: `python -m benchmarks.models`, in one process.

Every figure is of time of processor, so it holds on a busy machine. No database is needed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.model_cases import (
    CASES,
    FIRST_DAY,
    MONTH_SECONDS,
    PERCENTILE,
    SAMPLES,
    Case,
    Json,
    record,
    samples,
    usage,
)
from broadbill.core.money import Currency
from broadbill.core.rating import AccountTerms, History, Rulebook, UsageRecord, parse_event, propose
from broadbill.core.rating.models.rate_table import RateTable
from broadbill.core.rating.pricing import parse_terms
from broadbill.kernel.garbage import collector_paused

BILLED_ON = date(2026, 2, 1)
SEED = 20260101
TERMS = AccountTerms(Currency.of("EUR"))


def main() -> None:
    arguments = _arguments()
    found = {
        "models": [_measured(case, arguments.seconds) for case in CASES],
        "calls": _calls(arguments.records, arguments.prefixes),
        "percentile": _percentiles(arguments.records),
    }
    _print(found)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.models", description="Measure how fast each pricing model is rated."
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="of processor, for each model")
    parser.add_argument("--records", type=int, default=1_000_000, help="calls, and samples, to rate at once")
    parser.add_argument("--prefixes", type=int, default=50_000, help="rates in the table of calls")
    parser.add_argument("--json", type=Path, help="also write what was measured into this file")
    return parser.parse_args()


def _measured(case: Case, seconds: float) -> Json:
    """Accounts with one such plan each, billed for a month from their facts to their documents; new ones each time."""
    chance = random.Random(SEED)  # noqa: S311 - the same usage every time, and no secret
    rulebook = _rulebook(*case.charges)
    charges = records = 0
    took = 0.0
    while not charges or took < seconds:
        histories = [_history(rulebook, case, chance) for _ in range(case.accounts)]
        with collector_paused():
            began = time.process_time()
            for history in histories:
                charges += sum(len(document.lines) for document in propose(history, on=BILLED_ON).documents)
            took += time.process_time() - began
        records += sum(len(history.usage) for history in histories)
    return {"name": case.name, "charges_per_second": charges / took, "records_per_second": records / took}


def _calls(count: int, prefixes: int) -> Json:
    """Calls rated by a table of many prefixes, and the parts of that."""
    chance = random.Random(SEED)  # noqa: S311 - as above
    model = {"type": "rate_table", "rates": _rates(prefixes, chance), "increment": {"first": 30, "next": 6}}
    began = time.process_time()
    table = parse_terms(model, "model").records
    parsed = time.process_time() - began
    assert isinstance(table, RateTable)
    known = list(table.rates)
    dialled = [f"{prefix}{chance.randrange(10**6):06d}" for prefix in chance.choices(known, k=10_000)]
    began = time.process_time()
    for number in dialled:
        table.rate_for(number)
    looked_up = (time.process_time() - began) / len(dialled)
    calls = [
        record(place, place * MONTH_SECONDS / count, quantity=Decimal(chance.randrange(1, 900)), to=number)
        for place, number in zip(range(count), itertools.cycle(dialled), strict=False)
    ]
    return {
        "prefixes": prefixes,
        "table_parsed_seconds": parsed,
        "look_up_us": looked_up * 1e6,
        **_rated(usage(model), calls, times=1),
    }


def _percentiles(count: int) -> Json:
    """Lines of a month of samples each: as many as come nearest to so many records."""
    chance = random.Random(SEED)  # noqa: S311 - as above
    return _rated(usage(PERCENTILE), samples(chance), times=max(count // SAMPLES, 1))


def _rated(charge: Json, records: Sequence[UsageRecord], *, times: int) -> Json:
    """A bill over all the records, made so many times."""
    history = _history(_rulebook(charge), Case("", (), lambda _: records), random.Random(SEED))  # noqa: S311
    with collector_paused():
        began = time.process_time()
        for _ in range(times):
            propose(history, on=BILLED_ON)
        took = time.process_time() - began
    count = len(records) * times
    return {"records": count, "seconds": took, "records_per_second": count / took}


def _rulebook(*charges: Json) -> Rulebook:
    tax = {"name": "VAT", "category": "standard", "rate": "20"}
    return Rulebook.parse({"policy": {}, "plans": {"plan": {"charges": list(charges)}}, "taxes": [tax]})


def _history(rulebook: Rulebook, case: Case, chance: random.Random) -> History:
    """A subscription of its own: no two have the same quantity, so nothing is quick only because it is remembered."""
    subscribe = {"do": "subscribe", "id": "1", "plan": "plan", "at": FIRST_DAY.isoformat(),
                 "quantity": str(Decimal(chance.randrange(100, 10**7)) / 100), "term_months": 24}  # fmt: skip
    events = tuple(parse_event(key, event) for key, event in enumerate((subscribe, *case.events), start=1))
    return History(rulebook, TERMS, events, tuple(case.used(chance)))


def _rates(count: int, chance: random.Random) -> list[Json]:
    """As many different prefixes of up to nine digits as asked for, the shorter ones among them."""
    prefixes = {str(number) for number in range(1, min(count // 10, 1000))}
    while len(prefixes) < count:
        prefixes.add(str(chance.randrange(10 ** chance.randrange(4, 10))))
    return [
        {"prefix": prefix, "unit_amount": f"0.{chance.randrange(1, 999):03d}"} for prefix in sorted(prefixes)
    ]


def _print(found: Json) -> None:
    table = Table(title="The rating core, one process")
    for heading in ("", "charges a second", "µs a charge", "records a second"):
        table.add_column(heading, justify="right" if heading else "left")
    for row in found["models"]:
        speed, records = row["charges_per_second"], row["records_per_second"]
        table.add_row(
            row["name"], f"{speed:,.0f}", f"{1e6 / speed:,.1f}", f"{records:,.0f}" if records else "–"
        )
    console = Console(width=100)
    console.print(table)
    calls, percentile = found["calls"], found["percentile"]
    console.print(
        f"{calls['records']:,} calls by {calls['prefixes']:,} prefixes: {calls['seconds']:.1f} s,"
        f" {calls['records_per_second']:,.0f} a second; a prefix is looked up in {calls['look_up_us']:.2f} µs,"
        f" the table read in {calls['table_parsed_seconds']:.2f} s, once.\n"
        f"{percentile['records']:,} samples in lines of {SAMPLES:,}: {percentile['seconds']:.1f} s,"
        f" {percentile['records_per_second']:,.0f} a second."
    )


if __name__ == "__main__":
    main()
