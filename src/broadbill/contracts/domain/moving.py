"""Which subscriptions move when one plan takes the place of another, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from broadbill.contracts.domain.fact import NewFact
from broadbill.core.rating.plans import Plan
from broadbill.core.rating.timeline import FOREVER, ONE_DAY, Subscription


@dataclass(frozen=True, slots=True)
class Move:
    """A change of plan to be recorded: `at` and `at_period_end` are the fact's, `effective` the day it holds from.

    `keeps_agreed` says that a price agreed for the subscription goes on under the new plan (fine print 12).
    """

    subscription_id: int
    at: date
    at_period_end: bool
    effective: date
    keeps_agreed: bool

    def fact(self, account_id: int, plan: str) -> NewFact:
        return NewFact(
            account_id=account_id,
            kind="change_plan",
            effective_on=self.at,
            subscription_id=self.subscription_id,
            detail={"plan": plan, **({"when": "period_end"} if self.at_period_end else {})},
        )


def moves_of(life: Subscription, *, plan: str, to: Plan, starts: date) -> Iterator[Move]:
    """The moves that leave the subscription on `plan` no later than its first own period from `starts` on.

    Who is on it before moves when the period of the day before ends; who comes to it later, when they come.
    None when the subscription leaves the plan or ends before that, so what was moved is not moved again.
    """
    for came, left in _stays(life, plan):
        before = came < starts
        at = starts - ONE_DAY if before else came
        effective = life.own_period(at).ends if before else _when_changed(life, at)
        if effective < left:
            agreed = {code for code, _ in life.state_on(effective).agreed}
            yield Move(int(life.id), at, before, effective, bool(agreed & to.charges.keys()))


def _when_changed(life: Subscription, at: date) -> date:
    return life.next_own_boundary(at) if life.policy.on_change == "next_period" else at


def _stays(life: Subscription, plan: str) -> list[tuple[date, date]]:
    """The days `[came, left)` on which the subscription has the plan and is in service."""
    ends = life.cancelled or FOREVER
    stays: list[tuple[date, date]] = []
    for segment in life.segments:
        if segment.state.plan.code != plan or segment.starts >= ends:
            continue
        left = min(segment.ends, ends)
        if stays and stays[-1][1] == segment.starts:
            stays[-1] = (stays[-1][0], left)
        else:
            stays.append((segment.starts, left))
    return stays
