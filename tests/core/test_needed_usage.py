"""What `usage_needs` leaves out changes nothing: random histories billed from needed sums and records, and from all."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given

from broadbill.core.rating import (
    History,
    IssuedDocument,
    UsageRecord,
    parse_scenario,
    propose,
)
from broadbill.core.rating.needs import UsageNeeds, usage_needs
from tests.core.random_scenarios import days, scenario, wide_scenario
from tests.core.test_properties import EXAMPLES, SEEDS


def summed(records: Sequence[UsageRecord], needs: UsageNeeds) -> list[UsageRecord]:
    """Sums of days for the meters that do not need records; nothing of before the first day, but the last levels.

    With cuts, sums of the days between two of them: of those that were used and of those that were taken back.
    """
    found: list[UsageRecord] = []
    days: dict[tuple[Any, ...], list[UsageRecord]] = defaultdict(list)
    last: dict[tuple[str, str], UsageRecord] = {}
    for record in records:
        if record.day < needs.from_day:
            if record.meter in needs.levels:
                place = (record.subscription, record.meter)
                last[place] = max(last.get(place, record), record, key=lambda item: (item.day, item.at))
        elif record.meter in needs.by_record:
            found.append(record)
        else:
            days[record.subscription, record.meter, record.day, record.recorded].append(record)
    for place, of_day in days.items():
        total = sum((record.amount for record in of_day), Fraction(0))
        quantity = Decimal(total.numerator) / total.denominator
        found.append(of_day[0]._replace(key=f"{place}", quantity=quantity))
    return [*_between_cuts(found, needs), *last.values()]


def _between_cuts(sums: Sequence[UsageRecord], needs: UsageNeeds) -> list[UsageRecord]:
    if needs.cuts is None:
        return list(sums)
    found: dict[tuple[Any, ...], UsageRecord] = {}
    for one in sums:
        if one.meter in needs.by_record:
            found[one.key,] = one
            continue
        place = (one.subscription, one.meter, bisect_right(needs.cuts, one.day), one.amount > 0)
        known = found.get(place)
        found[place] = one if known is None else known._replace(quantity=known.quantity + one.quantity)
    return list(found.values())


def needed(history: History, since: date | None, on: date | None = None) -> UsageNeeds:
    return usage_needs([history._replace(usage=())], since=since, on=on)


def goes_on(known: History, before: History, since: date) -> bool:
    """Whether a bill may go on from the one before: no new fact, and no new usage of a day that was billed."""
    fresh = [record for record in known.usage if record not in before.usage]
    until = needed(known, since).billed_until
    return known.events == before.events and all(record.day >= until for record in fresh)


def bill_both_ways(made: dict[str, Any]) -> int:
    """Bill from all records and from what is needed; return how often a bill went on from the one before."""
    parsed = parse_scenario({**made, "bill": some_days()})
    issued: list[IssuedDocument] = []
    before, resume = parsed.history.known_on(date.min), None
    resumed = 0
    for place, day in enumerate(parsed.bill):
        known, runs = parsed.history.known_on(day), parsed.bill[:place]
        full = propose(known, on=day, issued=issued, runs=runs)
        for on in (None, day):
            sums = known._replace(usage=summed(known.usage, needed(known, None, on)))
            assert propose(sums, on=day, issued=issued, runs=runs).documents == full.documents
        if resume is not None and goes_on(known, before, resume):
            for on in (None, day):
                open_days = known._replace(usage=summed(known.usage, needed(known, resume, on)))
                assert propose(open_days, on=day, since=resume, runs=runs).documents == full.documents
            resumed += 1
        issued += [
            IssuedDocument(number=len(issued) + number, date=day, lines=document.lines)
            for number, document in enumerate(full.documents, start=1)
        ]
        before, resume = known, full.resume
    return resumed


def some_days() -> list[str]:
    """Runs on the first of a month, in its middle, and on two days in a row."""
    return [day for day in days(200) if day[-2:] in {"01", "14", "15"}]


@given(SEEDS)
@EXAMPLES
def test_usage_that_is_not_needed_changes_no_bill(seed: int) -> None:
    bill_both_ways(scenario(seed))


@given(SEEDS)
@EXAMPLES
def test_usage_that_is_not_needed_changes_no_bill_whatever_a_scenario_has(seed: int) -> None:
    bill_both_ways(wide_scenario(seed))


def test_many_bills_go_on_from_the_one_before() -> None:
    assert sum(bill_both_ways(scenario(seed)) for seed in range(30)) > 100
