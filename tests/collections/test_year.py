"""Months of collections with customers who pay as people do; `python -m benchmarks.dunning_year` lives a whole year."""

from __future__ import annotations

import pytest

from benchmarks.dunning_year import simulate

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_nobody_is_chased_in_error_and_everybody_who_paid_has_service() -> None:
    year = simulate(120, 100)

    assert year.wrong == []
    # Enough happened for the silence to mean something.
    assert {name for name in year.tally if name.startswith("step ")} >= {
        "step reminder",
        "step notice",
        "step restrict",
        "step suspend",
    }
    assert year.tally["left alone, days: in_flight"] > 0
    assert year.tally["returned"] > 0


def test_the_judge_notices_a_pass_that_does_not_look_for_money_in_flight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("broadbill.collections.queries.debts.in_flight_of", lambda _: {})

    assert any("in flight" in sentence for sentence in simulate(300, 80).wrong)
