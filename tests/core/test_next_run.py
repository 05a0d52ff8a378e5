"""What a run says about the next: when more falls due, and whether it may start where this one ended."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from broadbill.core.rating import Proposal, parse_scenario, propose
from tests.core.small_scenarios import PER_GB, after, charge, metered, record, scenario, subscribe

DAY = date(2026, 1, 20)
NEXT = date(2026, 1, 21)
PLANNED: dict[str, Any] = {"at": "2026-01-25", "recorded": "2026-01-15"}
GIVES_BACK = {"per": "day", "of": ["access"]}
DEPOSIT = {"code": "box", "type": "deposit", "amount": "80.00"}
KEPT = {**DEPOSIT, "keep": True}
SETUP = {"code": "setup", "type": "one_off", "model": {"type": "flat", "amount": "50.00"}}
FEE = {"code": "leave", "type": "termination_fee", "fee": {"type": "flat", "amount": "25.00"}}
COMMITMENT = {"code": "min", "type": "commitment", "period": "month", "amount": "62.00"}
LEAVES = {"do": "cancel", "id": "s1", **PLANNED}


def run(made: dict[str, Any], on: date = DAY) -> Proposal:
    history = parse_scenario(made).history
    return propose(history.known_on(on), on=on)


def outage(**when: Any) -> dict[str, Any]:
    span = {"from": "2026-01-10T00:00:00Z", "to": "2026-01-11T00:00:00Z"}
    return {"do": "outage", **span, "credit": GIVES_BACK, **when}


def line_credit(**when: Any) -> dict[str, Any]:
    return {"do": "credit", "id": "s1", "charge": "access", "period": "2026-01-02", "amount": "5.00", **when}


def going_to(*charges: dict[str, Any]) -> dict[str, Any]:
    """A change to a plan of these charges, planned for 25 January."""
    made = after({"do": "change_plan", "id": "s1", "plan": "b", **PLANNED})
    return {**made, "plans": {**made["plans"], "b": {"charges": list(charges)}}}


def leaving(*charges: dict[str, Any]) -> dict[str, Any]:
    return scenario(*charges, events=[subscribe(), LEAVES])


SETTLED = [
    scenario(),
    scenario(metered(), usage=[record()]),
    scenario(charge(timing="arrears")),
    scenario(charge(), DEPOSIT),
    leaving(charge(), SETUP),
    scenario(events=[subscribe(), {"do": "cancel", "id": "s1", "at": "2026-01-20"}]),
    scenario(DEPOSIT, events=[subscribe(), {"do": "cancel", "id": "s1", "at": "2026-01-20"}]),
    scenario(charge(), COMMITMENT),
    after({"do": "discount", "percent": "10"}),
    after({"do": "credit", "amount": "30.00"}),
    after(line_credit()),
]

WAITING = [
    leaving(charge(), DEPOSIT),
    scenario(charge(period="week"), COMMITMENT),
    scenario(charge(), COMMITMENT, metered(period="week")),
    after({"do": "discount", "amount": "10.00"}),
    after({"do": "discount", "percent": "10"}, {"do": "discount", "amount": "10.00"}),
    after({"do": "credit", "amount": "30.01"}),
    after({"do": "credit", "amount": "10.00", **PLANNED}),
    after(outage()),
    after(outage(**PLANNED)),
    after(line_credit(**PLANNED)),
    after(line_credit(**PLANNED), {"do": "discount", "percent": "10"}),
]


@pytest.mark.parametrize("made", SETTLED)
def test_where_nothing_waits_the_next_run_may_start_on_the_day_after(made: dict[str, Any]) -> None:
    assert run(made).resume == NEXT


@pytest.mark.parametrize("made", WAITING)
def test_while_something_waits_the_next_run_must_look_at_everything(made: dict[str, Any]) -> None:
    assert run(made).resume is None


@pytest.mark.parametrize(
    ("made", "due"),
    [
        (scenario(), "2026-02-01"),
        (scenario(charge(timing="arrears")), "2026-02-01"),
        (scenario(charge(timing="arrears"), events=[subscribe(), LEAVES]), "2026-01-25"),
        (scenario(charge(period="week"), charge(code="tv")), "2026-01-22"),
        (scenario(events=[subscribe(at="2026-01-28", recorded="2026-01-15")]), "2026-01-28"),
        (scenario(charge(trial_days=24)), "2026-01-25"),
        (scenario(charge(trial_days=24, show_zero=True, timing="arrears")), "2026-01-25"),
        (scenario(charge(free_periods=1)), "2026-02-01"),
        (scenario(metered()), "2026-02-01"),
        (leaving(metered()), "2026-01-25"),
        (scenario(COMMITMENT), "2026-02-01"),
        (leaving(COMMITMENT), "2026-01-25"),
        (leaving(DEPOSIT), "2026-01-25"),
        (leaving(KEPT), None),
        (leaving(FEE), "2026-01-25"),
        (leaving(SETUP), None),
        (going_to(charge(), SETUP), "2026-01-25"),
        (going_to(charge(), DEPOSIT), "2026-01-25"),
        (going_to(metered(PER_GB)), "2026-02-01"),
        (after({"do": "charge", "amount": "5.00", **PLANNED}), "2026-01-25"),
        (after(outage(**PLANNED)), "2026-01-25"),
        (after(line_credit(**PLANNED)), "2026-01-25"),
        (scenario(SETUP), None),
        (scenario(events=[subscribe(), {"do": "cancel", "id": "s1", "at": "2026-01-20"}]), None),
        (scenario(events=[]), None),
    ],
)
def test_the_next_day_on_which_more_falls_due_is_foretold(made: dict[str, Any], due: str | None) -> None:
    found = run(made).next_due_on

    assert (found.isoformat() if found is not None else None) == due


CARRIED = {"type": "per_unit", "unit_amount": "1.00", "included": "10", "rollover": {"periods": 1}}
SHARED = {"type": "per_unit", "unit_amount": "1.00", "included": "10", "pool": "family"}
ALLOWED = {"type": "per_unit", "unit_amount": "1.00", "included": "10"}
LATER_RECORD = record(at="2026-02-10T12:00:00Z", quantity="25")


@pytest.mark.parametrize(
    ("made", "amounts"),
    [
        # 25 − 10 carried over − 10 = 5.00: the run must look back to January.
        (scenario(metered(CARRIED)), ["5.00"]),
        (scenario(metered(), events=[subscribe(price={"data": CARRIED})]), ["5.00"]),
        (scenario(metered(CARRIED, price_changes=[{"from": "2027-01-01", "model": PER_GB}])), ["5.00"]),
        (scenario(metered(phases=[{"periods": 9, "model": CARRIED}])), ["5.00"]),
        # 25 − 10 = 15.00, of the pool of the price, the plan or the subscription.
        (scenario(metered(SHARED)), ["15.00"]),
        (scenario(plans={"a": {"charges": [metered(ALLOWED)], "allowance_pool": "family"}}), ["15.00"]),
        (scenario(metered(ALLOWED), events=[subscribe(pool="family")]), ["15.00"]),
        (scenario(metered(ALLOWED)), ["15.00"]),
        # 62.00 − 25.00 = 37.00 of February, and 62.00 − 30.00 = 32.00 beside the 30.00 of March.
        (scenario(metered(), COMMITMENT), ["25.00", "37.00"]),
        (scenario(charge(), COMMITMENT), ["30.00", "32.00"]),
    ],
)
def test_a_run_that_starts_where_the_last_one_ended_remembers_what_it_needs(
    made: dict[str, Any], amounts: list[str]
) -> None:
    history = parse_scenario({**made, "usage": [LATER_RECORD]}).history

    documents = propose(history, on=date(2026, 3, 1), since=date(2026, 2, 2)).documents

    assert [str(line.amount) for document in documents for line in document.lines] == amounts


@pytest.mark.parametrize(
    ("plan", "pool"),
    [
        ({"charges": [metered(SHARED)]}, None),
        ({"charges": [metered(ALLOWED)], "allowance_pool": "family"}, None),
        ({"charges": [metered(ALLOWED)]}, "family"),
    ],
)
def test_a_pool_remembers_the_allowance_of_who_left_it_before(plan: dict[str, Any], pool: str | None) -> None:
    members = [subscribe(pool=pool), subscribe(id="s2", pool=pool)]
    leaves = {"do": "cancel", "id": "s2", "at": "2026-02-10"}
    history = parse_scenario(
        scenario(plans={"a": plan}, events=[*members, leaves], usage=[LATER_RECORD])
    ).history

    (document,) = propose(history, on=date(2026, 3, 1), since=date(2026, 2, 15)).documents

    assert [str(line.amount) for line in document.lines] == ["5.00"]  # 25 − 10 − 10


@pytest.mark.parametrize(
    ("made", "lines"),
    [
        (scenario(charge(), SETUP), []),
        (after({"do": "charge", "amount": "5.00", "at": "2026-01-20"}), []),
        (after({"do": "charge", "amount": "5.00", "at": "2026-01-21"}), ["charge"]),
        (after(line_credit(at="2026-01-20")), []),
        (scenario(charge(trial_days=20)), ["recurring"]),
        (scenario(charge(trial_days=20, timing="arrears", show_zero=True)), ["recurring"]),
        (
            scenario(charge(timing="arrears"), FEE, events=[subscribe(), {**LEAVES, "at": "2026-01-21"}]),
            ["recurring", "termination_fee"],
        ),
        (scenario(DEPOSIT, events=[subscribe(), {**LEAVES, "at": "2026-01-21"}]), ["deposit"]),
        (
            scenario(
                charge(timing="arrears"),
                events=[subscribe(), {"do": "suspend", "id": "s1", "at": "2026-01-21"}],
            ),
            ["recurring"],
        ),
        (scenario(metered(), events=[subscribe(), {**LEAVES, "at": "2026-01-21"}]), ["usage"]),
        (after({"do": "charge", "amount": "5.00", **PLANNED}), ["charge"]),
        (leaving(charge(timing="arrears"), FEE), ["recurring", "termination_fee"]),
        (going_to(SETUP), ["one_off"]),
        (leaving(metered()), ["usage"]),
        (leaving(COMMITMENT), ["commitment"]),
        (scenario(charge(trial_days=24, show_zero=True, timing="arrears")), ["recurring"]),
    ],
)
def test_a_run_that_starts_where_the_last_one_ended_finds_only_what_fell_due_since(
    made: dict[str, Any], lines: list[str]
) -> None:
    history = parse_scenario({**made, "usage": [record()] if "usage" in lines else []}).history

    documents = propose(history, on=date(2026, 1, 25), since=NEXT).documents

    assert [line.kind for document in documents for line in document.lines] == lines
