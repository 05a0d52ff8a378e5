"""Moves from a plan to its successor, over random histories."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from broadbill.contracts.domain.moving import Move, moves_of
from broadbill.core.rating import History, parse_event, parse_scenario
from broadbill.core.rating.facts import Facts
from broadbill.core.rating.timeline import Subscription
from tests.core.random_scenarios import scenario

STARTS = date(2026, 4, 1)


def _history(seed: int) -> History:
    """A random history whose subscriptions are numbered, as in the database."""
    raw: dict[str, Any] = scenario(seed)
    names = {event["id"]: str(n) for n, event in enumerate(raw["events"]) if event["do"] == "subscribe"}
    events = [{**event, "id": names[event["id"]]} if "id" in event else event for event in raw["events"]]
    return parse_scenario({**raw, "events": events, "usage": []}).history


def _moves(history: History) -> list[Move]:
    to = history.rulebook.plans["b"]
    return [
        move for life in Facts.of(history).lives for move in moves_of(life, plan="a", to=to, starts=STARTS)
    ]


def _moved(history: History, moves: list[Move]) -> History:
    last = max(event.key for event in history.events)
    facts = [move.fact(0, "b").as_event() for move in moves]
    return history._replace(
        events=(*history.events, *(parse_event(last + 1 + i, fact) for i, fact in enumerate(facts))),
    )


def _lives(history: History) -> dict[str, Subscription]:
    return {life.id: life for life in Facts.of(history).lives}


@pytest.mark.parametrize("seed", range(150))
def test_each_subscription_moves_once_on_the_day_said_and_nothing_else_of_it_changes(seed: int) -> None:
    before = _history(seed)
    moves = _moves(before)

    after = _moved(before, moves)

    assert _moves(after) == []
    lives, changed = _lives(before), _lives(after)
    for move in moves:
        life, now = lives[str(move.subscription_id)], changed[str(move.subscription_id)]
        assert (life.state_on(move.effective).plan.code, now.state_on(move.effective).plan.code) == ("a", "b")
        assert life.cancelled == now.cancelled or now.cancelled_at_period_end
    still = lives.keys() - {str(move.subscription_id) for move in moves}
    assert all(lives[name].segments == changed[name].segments for name in still)


def test_somebody_moves_in_many_of_them() -> None:
    assert sum(bool(_moves(_history(seed))) for seed in range(150)) > 20
