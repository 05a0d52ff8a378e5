"""When a dunning policy's steps come, and what a policy may say."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadbill.collections.domain.deciding import Debt, Why, decide
from broadbill.collections.domain.policy import USUAL, Act, PolicyRefused, Progress, parse_policy, step_due
from tests.world import euro, on

MONDAY = on("2026-06-01")
EVERY_DAY = {"letters_on": list(range(7)), "hard_on": list(range(7))}
THREE = {
    "minimum": "5.00",
    "steps": [{"day": 3, "do": "reminder"}, {"day": 10, "do": "notice"}, {"day": 21, "do": "suspend"}],
    **EVERY_DAY,
}


def acts(policy: dict[str, Any], days: list[int]) -> list[tuple[int, str]]:
    """What is done when collections run on these days after the debt fell due."""
    parsed, progress, found = parse_policy(policy), Progress(), []
    for day in days:
        today = MONDAY + timedelta(days=day)
        if step := step_due(parsed, since=MONDAY, progress=progress, on=today):
            found.append((day, str(step.act)))
            progress = Progress(progress.done + 1, today)
    return found


class TestSteps:
    def test_come_on_their_days(self) -> None:
        assert acts(THREE, list(range(40))) == [(3, "reminder"), (10, "notice"), (21, "suspend")]

    def test_keep_their_distance_when_collections_did_not_run(self) -> None:
        """Nobody ran them until day 30: the reminder goes then, the notice 7 days later, the stop 11 after that."""
        assert acts(THREE, list(range(30, 60))) == [(30, "reminder"), (37, "notice"), (48, "suspend")]

    def test_wait_for_a_day_on_which_they_may_be_done(self) -> None:
        """1 June 2026 is a Monday. Service is stopped from Monday to Thursday, letters go from Monday to Saturday."""
        policy = {"steps": [{"day": 6, "do": "reminder"}, {"day": 18, "do": "suspend"}]}

        # Day 6 is a Sunday; day 18 a Friday, and the next Monday is day 21.
        assert acts(policy, list(range(40))) == [(7, "reminder"), (21, "suspend")]

    def test_wait_for_the_day_after_a_holiday(self) -> None:
        """Corpus Christi, 4 June 2026, in Austria."""
        policy = {"steps": [{"day": 3, "do": "reminder"}], "country": "AT", **EVERY_DAY}

        assert acts(policy, list(range(10))) == [(4, "reminder")]

    @given(st.lists(st.integers(1, 90), min_size=1, max_size=6), st.sets(st.integers(0, 200), max_size=60))
    def test_come_once_each_in_order_and_never_closer_than_the_policy_says(
        self, days: list[int], runs: set[int]
    ) -> None:
        days = sorted(days)
        policy = {"steps": [{"day": day, "do": "reminder"} for day in days], **EVERY_DAY}

        done = [day for day, _ in acts(policy, sorted(runs))]

        assert len(done) <= len(days)
        assert all(came >= due for came, due in zip(done, days, strict=False))
        assert all(
            later - earlier >= days[place + 1] - days[place]
            for place, (earlier, later) in enumerate(itertools.pairwise(done))
        )


class TestDeciding:
    def debt(self, **more: Any) -> Debt:
        usual: dict[str, Any] = {
            "account_id": 1, "overdue": euro("30.00"), "since": MONDAY, "in_flight": euro("0.00"),
            "progress": Progress(),
        }  # fmt: skip
        return Debt(**{**usual, **more})

    @pytest.mark.parametrize(
        ("more", "why"),
        [({"overdue": euro("4.99")}, Why.SMALL), ({"exempt": True}, Why.EXEMPT),
         ({"held_until": MONDAY + timedelta(days=5)}, Why.HELD),
         ({"promised_until": MONDAY + timedelta(days=5)}, Why.PROMISED),
         ({"in_flight": euro("30.00")}, Why.IN_FLIGHT), ({"in_flight": euro("26.00")}, Why.IN_FLIGHT),
         ({"progress": Progress(3, MONDAY)}, Why.ALL_DONE)],
    )  # fmt: skip
    def test_leaves_alone(self, more: dict[str, Any], why: Why) -> None:
        decision = decide(self.debt(**more), parse_policy(THREE), on=MONDAY + timedelta(days=5))

        assert (decision.step, decision.why) == (None, why)

    @pytest.mark.parametrize(
        "more",
        [{}, {"held_until": MONDAY + timedelta(days=4)}, {"promised_until": MONDAY + timedelta(days=4)},
         {"in_flight": euro("10.00")}],
    )  # fmt: skip
    def test_goes_on_when_nothing_holds_it(self, more: dict[str, Any]) -> None:
        decision = decide(self.debt(**more), parse_policy(THREE), on=MONDAY + timedelta(days=5))

        assert decision.step is not None
        assert decision.step.act is Act.REMINDER


class TestReading:
    def test_the_usual_policy_is_one(self) -> None:
        assert [str(step.act) for step in parse_policy(USUAL).steps] == [
            "reminder",
            "notice",
            "suspend",
            "agency",
        ]

    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            ({}, "steps are missing"),
            ([], "it must be an object with steps"),
            ("steps", "it must be an object with steps"),
            (None, "it must be an object with steps"),
            ({"steps": 5}, "steps are missing"),
            ({"steps": {"day": 3}}, "steps are missing"),
            ({"steps": "reminder"}, "steps are missing"),
            ({"steps": [1]}, "steps[0] must be an object with day and do"),
            ({"steps": [{"day": 1, "do": ["reminder"]}]}, "steps[0].do must be one of reminder"),
            ({"steps": [{"day": True, "do": "reminder"}]}, "steps[0].day must be a number of days"),
            ({"steps": [{"day": 10**9, "do": "reminder"}]}, "steps[0].day must be a number of days"),
            ({"steps": [{"day": 1, "do": "reminder", "cost": "5"}]}, "steps[0].cost is not known"),
            ({"steps": [{"day": 1, "do": "reminder"}], "hard_on": [[1]]}, "hard_on must be weekdays"),
            ({"steps": [{"day": 0, "do": "reminder"}]}, "steps[0].day must be a number of days from 1"),
            ({"steps": [{"day": 1, "do": "shout"}]}, "steps[0].do must be one of reminder"),
            (
                {"steps": [{"day": 9, "do": "notice"}, {"day": 3, "do": "suspend"}]},
                "comes before the step before it",
            ),
            ({"steps": [{"day": 1, "do": "late_fee"}]}, "steps[0].amount belongs to a late fee"),
            (
                {"steps": [{"day": 1, "do": "reminder", "percent": "5"}]},
                "steps[0].percent belongs to interest",
            ),
            ({"steps": [{"day": 1, "do": "reminder"}], "minimum": "-1"}, "minimum must not be negative"),
            ({"steps": [{"day": 1, "do": "reminder"}], "country": "ATLANTIS"}, "has no known holidays"),
            ({"steps": [{"day": 1, "do": "reminder"}], "hard_on": [9]}, "hard_on must be weekdays"),
            ({"steps": [{"day": 1, "do": "reminder"}], "moon": 1}, "moon is not known"),
        ],
    )
    def test_refuses_what_cannot_be_followed(self, raw: Any, words: str) -> None:
        with pytest.raises(PolicyRefused) as refused:
            parse_policy(raw)

        assert words in str(refused.value)
