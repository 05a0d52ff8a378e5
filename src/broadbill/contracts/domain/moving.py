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
    """A change of plan on the first day of a subscription's own period.

    `keeps_agreed` says that a price agreed for the subscription goes on under the new plan (fine print 12).
    """

    subscription_id: int
    effective: date
    keeps_agreed: bool

    def fact(self, account_id: int, plan: str) -> NewFact:
        return NewFact(
            account_id=account_id,
            kind="change_plan",
            effective_on=self.effective,
            subscription_id=self.subscription_id,
            detail={"plan": plan},
        )


def moves_of(life: Subscription, *, plan: str, to: Plan, starts: date) -> Iterator[Move]:
    """The moves that take the subscription from `plan` to its successor, from a day on.

    Who is on the plan before that day moves when the period of the day before ends; who comes to it later moves when
    they come, or at the end of that period where changes wait for it. There is none when the subscription leaves the
    plan or ends before that, so what was moved is not moved again.
    """
    for came, left in _stays(life, plan):
        effective = life.own_period(starts - ONE_DAY).ends if came < starts else _when_changed(life, came)
        if effective < left:
            agreed = {code for code, _ in life.state_on(effective).agreed}
            yield Move(int(life.id), effective, bool(agreed & to.charges.keys()))


def _when_changed(life: Subscription, at: date) -> date:
    return life.next_own_boundary(at) if life.policy.on_change == "next_period" else at


def _stays(life: Subscription, plan: str) -> list[tuple[date, date]]:
    """The days `[came, left)` on which the subscription has the plan and is in service.

    A change to the plan by one who has it begins a stay of its own: it would undo a move of a day before.
    """
    ends = life.cancelled or FOREVER
    chosen = {change.day for change in life.transitions if isinstance(change.value, Plan)}
    stays: list[tuple[date, date]] = []
    for segment in life.segments:
        if segment.state.plan.code != plan or segment.starts >= ends:
            continue
        left = min(segment.ends, ends)
        if stays and stays[-1][1] == segment.starts and segment.starts not in chosen:
            stays[-1] = (stays[-1][0], left)
        else:
            stays.append((segment.starts, left))
    return stays
