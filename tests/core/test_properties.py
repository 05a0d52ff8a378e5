"""What holds for every history: the same money whenever and however often it is billed."""

from __future__ import annotations

import itertools
import os
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadbill.core.rating import IssuedDocument, ScenarioError, parse_scenario, propose, simulate
from broadbill.core.rating.proration import length
from tests.core.random_scenarios import days, months, scenario, wide_scenario

SEEDS = st.integers(min_value=0, max_value=2**40)
# PROPERTY_EXAMPLES asks for more than a quick run has time for.
COUNT = int(os.environ.get("PROPERTY_EXAMPLES", "40"))
EXAMPLES = settings(max_examples=COUNT, deadline=None, derandomize=True)


def billed(seed: int, bill: list[str], **changes: Any) -> dict[str, Any]:
    made = scenario(seed)
    return simulate({**made, **changes, "bill": bill})


def money_by_place(result: dict[str, Any]) -> dict[tuple[Any, ...], Decimal]:
    """The sum of each subscription and charge. (Where a period's key is a date, a re-spread discount stays inside.)"""
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for document in result["documents"]:
        for line in document["lines"]:
            sums[line["subscription"], line["charge"]] += Decimal(line["amount"])
    return {place: amount for place, amount in sums.items() if amount}


@given(SEEDS)
@EXAMPLES
def test_simulating_is_deterministic(seed: int) -> None:
    assert billed(seed, months()) == billed(seed, months())


@given(SEEDS)
@settings(EXAMPLES, max_examples=max(COUNT // 5, 5))
def test_billing_daily_monthly_or_once_gives_the_same_money(seed: int) -> None:
    last = days()[-1]
    once = money_by_place(billed(seed, [last]))

    assert money_by_place(billed(seed, [*months(), last])) == once
    assert money_by_place(billed(seed, days())) == once


@given(SEEDS, st.randoms(use_true_random=False))
@EXAMPLES
def test_the_order_in_which_facts_become_known_does_not_matter(seed: int, random: Any) -> None:
    last = days()[-1]
    made = scenario(seed)
    known = [{**event, "recorded": event["at"]} for event in made["events"]]
    late = [{**event, "recorded": random.choice(days())} for event in made["events"]]

    at_once = money_by_place(simulate({**made, "events": known, "bill": [*months(), last]}))

    assert money_by_place(simulate({**made, "events": late, "bill": [*months(), last]})) == at_once


@given(SEEDS)
@EXAMPLES
def test_the_same_bill_again_produces_nothing(seed: int) -> None:
    twice = [day for day in months() for _ in range(2)]

    assert billed(seed, twice) == billed(seed, months())


@given(SEEDS)
@EXAMPLES
def test_credit_notes_and_inline_corrections_are_the_same_money(seed: int) -> None:
    made = scenario(seed)
    inline = simulate({**made, "policy": {**made["policy"], "corrections": "inline"}, "bill": months()})
    notes = simulate({**made, "policy": {**made["policy"], "corrections": "credit_note"}, "bill": months()})

    assert notes["balance"] == inline["balance"]
    assert money_by_place(notes) == money_by_place(inline)


@given(SEEDS)
@EXAMPLES
def test_a_document_adds_up(seed: int) -> None:
    taxes = [
        {"name": "VAT", "category": "standard", "rate": "19", "inclusive": seed % 2 == 0},
        {"name": "City", "category": "standard", "rate": "2.5", "on": ["VAT"] if seed % 3 == 0 else []},
    ]
    policy = {**scenario(seed)["policy"], "tax_rounding": "line" if seed % 5 < 2 else "document"}
    result = billed(seed, months(), taxes=taxes, policy=policy)

    balance = Decimal(0)
    for document in result["documents"]:
        assert sum(Decimal(line["amount"]) for line in document["lines"]) == Decimal(document["subtotal"])
        tax = sum(Decimal(entry["amount"]) for entry in document["taxes"])
        assert Decimal(document["subtotal"]) + tax == Decimal(document["total"])
        assert (document["type"] == "credit_note") == (Decimal(document["total"]) < 0)
        assert Decimal(document["due"]) >= 0
        balance += Decimal(document["total"])
    assert balance == Decimal(result["balance"])


@given(SEEDS)
@EXAMPLES
def test_an_inclusive_document_is_the_sum_of_its_prices(seed: int) -> None:
    inclusive = [{"name": "VAT", "category": "standard", "rate": "20", "inclusive": True}]

    with_tax = [document["total"] for document in billed(seed, months(), taxes=inclusive)["documents"]]

    assert with_tax == [document["total"] for document in billed(seed, months())["documents"]]


@given(SEEDS)
@EXAMPLES
def test_the_quick_path_bills_what_the_full_path_bills(seed: int) -> None:
    quick_path_is_full_path({**scenario(seed), "bill": []})


def quick_path_is_full_path(made: dict[str, Any]) -> None:
    history = parse_scenario(made).history
    issued: list[IssuedDocument] = []
    resume: date | None = None
    facts: tuple[int, int] = (0, 0)
    for text in days()[::5]:
        day = date.fromisoformat(text)
        known = history.known_on(day)
        full = propose(known, on=day, issued=issued)
        if resume is not None and facts == (len(known.events), len(known.usage)):
            quick = propose(known, on=day, since=resume)

            assert quick.documents == full.documents
            assert quick.next_due_on == full.next_due_on
        for document in full.documents:
            issued.append(IssuedDocument(number=len(issued) + 1, date=day, lines=document.lines))
        resume, facts = full.resume, (len(known.events), len(known.usage))


@given(SEEDS)
@EXAMPLES
def test_nothing_falls_due_before_the_day_that_was_foretold(seed: int) -> None:
    made = wide_scenario(seed) if seed % 2 else scenario(seed)
    history = parse_scenario({**made, "bill": []}).history
    issued: list[IssuedDocument] = []
    for text in days()[::29]:
        day = date.fromisoformat(text)
        known = history.known_on(day)
        proposal = propose(known, on=day, issued=issued)
        for document in proposal.documents:
            issued.append(IssuedDocument(number=len(issued) + 1, date=day, lines=document.lines))
        until = proposal.next_due_on or day + timedelta(days=200)
        moment = day + timedelta(days=1)
        while moment < min(until, day + timedelta(days=200)):
            assert propose(known, on=moment, issued=issued).documents == ()
            moment += timedelta(days=3)


@given(
    st.sampled_from(("day", "second", "month30")),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.lists(st.integers(1, 400), max_size=6),
    st.integers(1, 400),
    st.sampled_from(("UTC", "Europe/Vienna", "America/Sao_Paulo", "Australia/Lord_Howe")),
)
@settings(deadline=None, derandomize=True)
def test_any_split_of_a_period_adds_up_to_the_whole(
    measure: str, starts: date, cuts: list[int], whole: int, zone: str
) -> None:
    ends = starts + timedelta(days=whole)
    edges = sorted({starts, ends, *(starts + timedelta(days=cut) for cut in cuts if cut < whole)})

    parts = sum(length(measure, a, b, zone) for a, b in itertools.pairwise(edges))

    assert parts == length(measure, starts, ends, zone)


def test_a_random_scenario_is_usually_worth_billing() -> None:
    """The generator must not make the properties hold for want of anything billed or corrected."""
    results = [billed(seed, months()) for seed in range(80)]

    assert sum(bool(result["documents"]) for result in results) > 70
    assert sum(bool(document["corrects"]) for result in results for document in result["documents"]) > 30


def test_a_random_scenario_with_a_stranger_is_refused() -> None:
    with pytest.raises(ScenarioError):
        billed(1, months(), stranger=1)


@given(SEEDS)
@EXAMPLES
def test_whatever_a_scenario_has_its_documents_add_up_and_come_once(seed: int) -> None:
    made = wide_scenario(seed)
    result = simulate({**made, "bill": months()})
    again = simulate({**made, "bill": [day for day in months() for _ in range(2)]})

    assert again["documents"] == result["documents"]
    for document in result["documents"]:
        assert sum(Decimal(line["amount"]) for line in document["lines"]) == Decimal(document["subtotal"])
        tax = sum(Decimal(entry["amount"]) for entry in document["taxes"])
        assert Decimal(document["subtotal"]) + tax == Decimal(document["total"])


@given(SEEDS)
@EXAMPLES
def test_whatever_a_scenario_has_the_quick_path_is_the_full_path(seed: int) -> None:
    quick_path_is_full_path({**wide_scenario(seed), "bill": []})
