"""The arithmetic of a line can be stored, translated, and redone with a pencil from the words alone."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from broadbill.core.rating import (
    Document,
    IssuedDocument,
    Line,
    because,
    parse_scenario,
    propose,
    render_because,
)
from broadbill.core.rating.because import TEXTS
from tests.core.random_scenarios import months, wide_scenario
from tests.core.scenario_cases import cases

# What each text with an equals sign claims, of its figures in order.
CLAIMS: dict[str, Callable[..., Fraction]] = {
    "whole_amount": lambda n, price, _: n * price,
    "part_amount": lambda n, price, part, whole, _: n * price * part / whole,
    "part_of_whole": lambda price, part, whole, _: price * part / whole,
    "blocks": lambda n, _, price, __: n * price,
    "allowance_prorated": lambda whole, share, _: whole * share,
    "minimum_prorated": lambda whole, share, _: whole * share,
    "ceiling_prorated": lambda whole, share, _: whole * share,
    "commit_prorated": lambda whole, share, _: whole * share,
    "commitment_prorated": lambda whole, share, _: whole * share,
    "discount_prorated": lambda whole, share, _: whole * share,
    "percentage": lambda _, __, rate, value, ___: rate * value / 100,
    "percentage_fixed": lambda fixed, n, _: fixed * n,
    "commit_and_overage": lambda commit, unit, over, more, _: commit * unit + over * more,
    "calls_to": lambda _, seconds, minute, __: seconds * minute / 60,
    "calls_anywhere": lambda seconds, minute, _: seconds * minute / 60,
    "calls_connected": lambda n, fee, _: n * fee,
    "fee_part": lambda n, price, _: n * price,
    "fee_of_rest": lambda rest, percent, _: rest * percent / 100,
    "fee_declining": lambda fee, n, less, _: max(fee - n * less, Fraction(0)),
    "discount_percent": lambda percent, of, _: percent * of / 100,
    "discount_part": lambda _, __, percent, of, share, ___: percent * of / 100 * share,
    "discount_share": lambda amount, line, lines, _: amount * line / lines,
    "allocated": lambda amount, weight, weights, _: amount * weight / weights,
    "instalment": lambda _, count, whole, __: whole / count,
    "instalments_rest": lambda whole, earlier, _: whole - earlier,
    "outage_units": lambda _, n, each, __: n * each,
    "outage_step": lambda _, percent, price, __: percent * price / 100,
    "indexed": lambda price, percent, n, _: price * (1 + percent / 100) ** int(n),
    "net_of_inclusive": lambda price, divisor, _: price / divisor,
    "net_of_inclusive_fixed": lambda price, fixed, divisor, _: (price - fixed) / divisor,
    "net_in_parts": lambda together, before, _: together - before,
    "net_difference": lambda owed, billed, _: owed - billed,
    "difference": lambda owed, billed, _: owed - billed,
    "units_added": lambda whole, before, _: whole - before,
}
# Where the amount of a line stands in its last step, when it is not the last figure.
AMOUNT_AT = {"goodwill": 0, "line_credit": 0, "discount_amount": 0}
WITHOUT_AMOUNT = {"deposit_returned", "manual_charge", "once", "trial", "free_first", "free_period"}


def recurring(model: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """Three units from the middle of January on."""
    charge = {"code": "seats", "type": "recurring", "period": "month", "model": model, **keys}
    subscribed = {"do": "subscribe", "id": "s1", "plan": "a", "at": "2026-01-16", "quantity": "3"}
    return {
        "currency": "EUR",
        "plans": {"a": {"charges": [charge]}},
        "events": [subscribed],
        "bill": ["2026-02-01"],
    }


TIERS = [{"up_to": up_to, "unit_amount": amount} for up_to, amount in (("1", "5"), ("2", "4"), (None, "3"))]
# What neither the table of cases nor the random scenarios hold.
MORE = [
    {
        **recurring({"type": "flat", "amount": "20.00"}, quantity="1"),
        "taxes": [{"name": "VAT", "category": "standard", "rate": "20", "inclusive": True}],
        "policy": {"first_period": "full"},
        "events": [
            {"do": "subscribe", "id": "s1", "plan": "a", "at": "2026-01-16"},
            *(
                {
                    "do": "credit",
                    "id": "s1",
                    "charge": "seats",
                    "period": "2026-01-16",
                    "amount": "10.00",
                    "name": "Sorry",
                    "at": f"2026-01-{day}",
                }
                for day in (20, 21)
            ),
        ],
    },
    recurring({"type": "graduated", "tiers": TIERS}),
    recurring({"type": "flat", "amount": "30.00"}, trial_days=10, show_zero=True),
]


def figure(text: str) -> Fraction:
    """A number, or a share such as 16/31. A date counts for nothing."""
    return Fraction(0) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else Fraction(text)


def last_digit(text: str, digits: int) -> Fraction:
    """One unit of the last digit of a figure, by which rounding may have moved it.

    A whole number is exact, unless the currency has no decimals.
    """
    decimals = len(text.partition(".")[2])
    return Fraction(1, 10**decimals) if decimals or not digits else Fraction(1, 10**6)


def holds(step: tuple[str, ...], digits: int) -> bool:
    """Whether the claim of a step is true, to the last digit that it shows. Shares take turns in rounding."""
    code, *values = step
    if code not in CLAIMS:
        return True
    named = [
        Fraction(0) if code == "calls_to" and place == 0 else figure(v) for place, v in enumerate(values)
    ]
    slack = 2 if code in ("discount_share", "allocated") else 1
    return abs(CLAIMS[code](*named) - named[-1]) <= slack * last_digit(values[-1], digits) + Fraction(
        1, 10**5
    )


def amount_in_words(line: Line) -> Fraction:
    code, *values = line.because[-1]
    return abs(figure(values[AMOUNT_AT.get(code, -1)]))


def documents(scenario: dict[str, Any]) -> Iterator[Document]:
    """What a scenario bills, run after run."""
    parsed = parse_scenario(scenario)
    issued: list[IssuedDocument] = []
    for place, day in enumerate(parsed.bill):
        known = parsed.history.known_on(day)
        for document in propose(known, on=day, issued=issued, runs=parsed.bill[:place]).documents:
            issued.append(IssuedDocument(number=len(issued) + 1, date=day, lines=document.lines))
            yield document


def lines() -> Iterator[Line]:
    """The lines of every case of the shared table, and of random scenarios with everything in them."""
    told = [case["scenario"] for _, case in cases() if "error" not in case]
    for scenario in [*told, *MORE, *({**wide_scenario(seed), "bill": months(6)} for seed in range(60))]:
        for document in documents(scenario):
            yield from document.lines


@pytest.fixture(scope="module")
def every_line() -> list[Line]:
    return list(lines())


def test_a_step_is_told_in_the_language_asked_for() -> None:
    german = {"{0} to {1} is {2} of {3} days": "{0} bis {1} sind {2} von {3} Tagen"}

    told = render_because(("days_of_period", "16.1.", "1.2.", "16", "31"), german.__getitem__)

    assert told == "16.1. bis 1.2. sind 16 von 31 Tagen"


def test_an_unknown_step_is_a_callers_bug() -> None:
    with pytest.raises(KeyError):
        render_because(("no_such_step",))


def test_every_step_of_every_line_survives_storing_as_json() -> None:
    for seed in range(40):
        history = parse_scenario({**wide_scenario(seed), "bill": []}).history
        for document in propose(history, on=date(2026, 8, 1)).documents:
            for line in document.lines:
                stored = tuple(tuple(step) for step in json.loads(json.dumps(line.because)))
                assert stored == line.because
                assert all(render_because(step) for step in stored)


def test_every_text_is_marked_for_translation() -> None:
    source = ast.parse(Path(because.__file__).read_text(encoding="utf-8"))
    marked = {
        call.args[0].value
        for call in ast.walk(source)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "_"
        and isinstance(call.args[0], ast.Constant)
    }

    assert set(TEXTS.values()) <= marked


def test_every_text_that_claims_a_result_is_checked() -> None:
    claiming = {code for code, text in TEXTS.items() if " = " in text}

    assert claiming == set(CLAIMS)


def test_every_claim_is_true_to_its_last_digit(every_line: list[Line]) -> None:
    false = [
        step for line in every_line for step in line.because if not holds(step, line.amount.currency.digits)
    ]

    assert false == []


def test_the_words_end_in_the_amount_of_the_line(every_line: list[Line]) -> None:
    ended = [line for line in every_line if line.because[-1][0] not in WITHOUT_AMOUNT]
    wrong = [
        (line.because, str(line.amount)) for line in ended if amount_in_words(line) != abs(line.amount.amount)
    ]

    assert wrong == []


def test_every_text_says_all_its_figures(every_line: list[Line]) -> None:
    """A figure that no text shows is one that a customer cannot check; a place without a figure would not render."""
    places = {
        code: {int(name) for _, name, _, _ in Formatter().parse(text) if name is not None}
        for code, text in TEXTS.items()
    }

    for line in every_line:
        for code, *values in line.because:
            assert places[code] == set(range(len(values))), code


def test_the_cases_tell_of_every_text(every_line: list[Line]) -> None:
    """So that none is left that nobody has ever read."""
    told = {step[0] for line in every_line for step in line.because}

    assert set(TEXTS) - told == set()
