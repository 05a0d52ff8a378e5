"""The arithmetic of a line can be stored, read back and told in another language."""

from __future__ import annotations

import json
from datetime import date

import pytest

from broadbill.core.rating import parse_scenario, propose, render_because
from tests.core.random_scenarios import wide_scenario


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
