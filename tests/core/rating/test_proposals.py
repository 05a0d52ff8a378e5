"""What a proposal is told by its caller: names of documents, days of facts, an account's own conventions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from broadbill.core.money import CURRENCIES, Money
from broadbill.core.rating import (
    IssuedDocument,
    Proposal,
    Rulebook,
    ScenarioError,
    parse_event,
    parse_scenario,
    propose,
)
from tests.core.small_scenarios import FLAT, after, charge, scenario, subscribe

EUR = CURRENCIES["EUR"]


def issued(made: dict[str, Any], days: dict[str, str]) -> tuple[list[IssuedDocument], Proposal]:
    """The documents of runs on some days, under the names given, and what the last run proposes."""
    history = parse_scenario(made).history
    found: list[IssuedDocument] = []
    for name, text in days.items():
        day = date.fromisoformat(text)
        proposal = propose(history.known_on(day), on=day, issued=found)
        found += [IssuedDocument(number=name, date=day, lines=one.lines) for one in proposal.documents]
    return found, proposal


def test_corrected_documents_are_named_in_the_order_they_were_issued() -> None:
    cheaper = {
        "do": "change_price",
        "id": "s1",
        "charge": "access",
        "model": {"type": "flat", "amount": "10.00"},
    }
    known_late = after({**cheaper, "at": "2026-01-01", "recorded": "2026-02-10"})

    _, last = issued(known_late, {"Z-1": "2026-01-01", "A-2": "2026-02-01", "N-3": "2026-02-10"})

    assert [document.corrects for document in last.documents] == [("Z-1", "A-2")]


def test_a_line_keeps_what_a_later_run_subtracts_it_from() -> None:
    (document,), _ = issued(scenario(events=[subscribe(at="2026-01-16")]), {"1": "2026-01-16"})
    (line,) = document.lines

    assert (line.period_starts, line.period_ends, line.price) == (date(2026, 1, 1), date(2026, 2, 1), "30")
    assert (line.priced, line.source) == (Money(1548, EUR), None)


def test_a_balance_in_credit_lowers_what_is_due() -> None:
    history = parse_scenario(scenario()).history
    due = {
        minor: propose(history, on=date(2026, 1, 1), balance=Money(minor, EUR)).documents[0].due.minor
        for minor in (-4000, -3000, -1000, 0, 1000)
    }

    assert due == {-4000: 0, -3000: 0, -1000: 2000, 0: 3000, 1000: 3000}


def test_a_fact_of_utc_needs_no_timezone_and_no_path() -> None:
    late = parse_event(7, {"do": "payment", "amount": "1", "at": "2026-01-10T23:30:00Z"})

    assert (late.key, late.at, late.recorded) == (7, date(2026, 1, 10), date(2026, 1, 10))
    with pytest.raises(ScenarioError, match=r"^events\[7\]\.amount: is required$"):
        parse_event(7, {"do": "payment", "at": "2026-01-10"})
    with pytest.raises(ScenarioError, match=r"^row 9\.amount: is required$"):
        parse_event(7, {"do": "payment", "at": "2026-01-10"}, path="row 9")


def test_a_fact_lies_on_its_local_day() -> None:
    fact = {"do": "payment", "amount": "1", "at": "2026-01-10T23:30:00Z", "recorded": "2026-01-11T23:30:00Z"}

    late = parse_event(7, fact, timezone="Europe/Vienna")

    assert (late.at, late.recorded) == (date(2026, 1, 11), date(2026, 1, 12))


def test_a_rulebook_is_read_on_its_own() -> None:
    book = Rulebook.parse({"plans": {"a": {"charges": [charge()]}}})

    assert (list(book.plans), book.taxes, book.by_period_start, book.policy.proration) == (
        ["a"],
        (),
        False,
        "day",
    )
    with pytest.raises(ScenarioError, match=r"^plan\.plans: is required$"):
        Rulebook.parse({}, "plan")
    with pytest.raises(ScenarioError, match=r"^bill: is not a known key$"):
        Rulebook.parse({"plans": {}, "bill": []})


def test_a_plan_that_left_the_rulebook_is_refused_where_it_is_named() -> None:
    history = parse_scenario(after({"do": "change_plan", "id": "s1", "plan": "a"})).history
    book = Rulebook.parse({"plans": {"b": {"charges": [charge(model=FLAT)]}}})
    without = type(history)(book, history.account, history.events[1:])
    with_first = type(history)(book, history.account, history.events)

    with pytest.raises(ScenarioError, match=r"^events\[0\]\.plan: there is no plan 'a'$"):
        propose(with_first, on=date(2026, 2, 1))
    assert propose(without, on=date(2026, 2, 1)).documents == ()
