"""Whether anything is done about a debt today, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from broadbill.collections.domain.policy import Policy, Progress, Step, next_step_on, step_due
from broadbill.core.money import Money


class Why(StrEnum):
    """Why nothing is done about a debt."""

    NOT_YET = "not_yet"
    ALL_DONE = "all_done"
    SMALL = "small"
    IN_FLIGHT = "in_flight"
    EXEMPT = "exempt"
    HELD = "held"
    DISPUTED = "disputed"
    PROMISED = "promised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What an account owes and for how long.

    `overdue` is what is past due less what is in credit; `in_flight` what is on its way from the customer (a card
    charge, a direct debit, a bank line that may be theirs). `is_disputed` says that more would be overdue but for
    a line that the customer disputes. `promised_until` is the day up to which promises hold it.
    """

    account_id: int
    overdue: Money
    since: date
    in_flight: Money
    progress: Progress
    exempt: bool = False
    held_until: date | None = None
    promised_until: date | None = None
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The step that is due, or why there is none. `next_on` is the first day on which the next could come."""

    step: Step | None
    why: Why | None
    next_on: date | None


def decide(debt: Debt, policy: Policy, *, on: date) -> Decision:
    """Nobody is chased for what is small, on its way, promised, or held back by a person."""
    next_on = next_step_on(policy, since=debt.since, progress=debt.progress)
    why = (
        Why.ALL_DONE if next_on is None else _held_back(debt, debt.overdue.currency.round(policy.minimum), on)
    )
    if why is not None:
        return Decision(None, why, next_on)
    step = step_due(policy, since=debt.since, progress=debt.progress, on=on)
    return Decision(step, None if step else Why.NOT_YET, next_on)


def _held_back(debt: Debt, minimum: Money, on: date) -> Why | None:
    rest = debt.overdue - debt.in_flight
    reasons = (
        (Why.DISPUTED, debt.is_disputed and _is_small(debt.overdue, minimum)),
        (Why.SMALL, _is_small(debt.overdue, minimum)),
        (Why.EXEMPT, debt.exempt),
        (Why.HELD, debt.held_until is not None and on <= debt.held_until),
        (Why.PROMISED, debt.promised_until is not None and on <= debt.promised_until),
        (Why.IN_FLIGHT, bool(debt.in_flight) and _is_small(rest, minimum)),
    )
    return next((why for why, holds in reasons if holds), None)


def _is_small(amount: Money, minimum: Money) -> bool:
    return amount.minor <= 0 or amount < minimum
