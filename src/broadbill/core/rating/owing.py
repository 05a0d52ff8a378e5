"""Everything an account owes: each family's lines, then what lowers them, in the order the contract gives.

Recurring, one-off and metered charges, termination fees; then commitments, which count those; then
discounts, outage credits and credits of single lines, each taken of what the earlier ones left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from broadbill.core.rating.commitment import commitment_line
from broadbill.core.rating.discounts import Discounting
from broadbill.core.rating.events import (
    Changes,
    Credit,
    Discount,
    Event,
    ManualCharge,
    Outage,
    Subscribe,
    living,
)
from broadbill.core.rating.history import History
from broadbill.core.rating.lines import Rejected
from broadbill.core.rating.manual import line_credits, manual_charge
from broadbill.core.rating.metered import MeteredRating, Usage
from broadbill.core.rating.one_off import one_offs
from broadbill.core.rating.outages import outage_credits
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.plans import PERIODIC
from broadbill.core.rating.recurring import RecurringRating
from broadbill.core.rating.runs import runs_of
from broadbill.core.rating.spans import Stretch, stretches_of
from broadbill.core.rating.termination import termination_fees
from broadbill.core.rating.timeline import Subscription, replay
from broadbill.core.rating.uncharged import uncharged
from broadbill.core.rating.usage.terms import UsageTerms


@dataclass(slots=True, eq=False)
class Facts:
    """An account's standing facts, sorted by what they concern; subscriptions in the order they were sold."""

    lives: list[Subscription] = field(default_factory=list)
    charges: list[ManualCharge] = field(default_factory=list)
    goodwill: list[Credit] = field(default_factory=list)
    line_credits: list[Credit] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)

    @staticmethod
    def of(history: History) -> Facts:
        facts = Facts()
        changes: dict[str, list[Event]] = {}
        starts: dict[str, Subscribe] = {}
        for event in living(history.events):
            if isinstance(event, Subscribe):
                starts.setdefault(event.id, event)
            elif isinstance(event, Changes):
                changes.setdefault(event.id, []).append(event)
            elif isinstance(event, ManualCharge):
                facts.charges.append(event)
            elif isinstance(event, Credit):
                (facts.goodwill if event.id is None else facts.line_credits).append(event)
            elif isinstance(event, Discount):
                facts.discounts.append(event)
            elif isinstance(event, Outage):
                facts.outages.append(event)
        for order, (name, start) in enumerate(starts.items()):
            others = sorted(changes[name], key=_when) if name in changes else ()
            facts.lives.append(replay([start, *others], order, history.rulebook, history.account))
        for found in (facts.goodwill, facts.line_credits, facts.discounts, facts.outages):
            if len(found) > 1:
                found.sort(key=_when)
        return facts


def _when(event: Event) -> tuple[date, int]:
    return (event.at, event.key)


@dataclass(slots=True, eq=False)
class Owing:
    """What is owed by a day.

    `upcoming` are days on which more falls due without a new fact. `settled` says that a later run may start
    where this one ends: nothing owed so far can change without a new fact.
    """

    owed: list[Owed]
    upcoming: list[date]
    rejected: list[Rejected]
    settled: bool


def owing(history: History, facts: Facts, *, since: date | None, on: date, runs: Sequence[date]) -> Owing:
    """Everything that fell due from `since` (or ever) to `on`."""
    account, policy = history.account, history.rulebook.policy
    types: set[str] = set()
    for life in facts.lives:
        for plan in life.plans:
            types |= plan.types
    # Allowances carried on or shared, and minimum spends, look back at what was owed before `since`.
    backwards = (
        "commitment" in types or bool(facts.outages) or ("usage" in types and _looks_back(facts.lives))
    )
    begin = None if backwards else since
    result = Owing([], [], [], settled=True)
    for life in facts.lives:
        _add(
            result,
            [
                RecurringRating.of(life, run, account).owed(since=begin, on=on)
                for run in runs_of(life, "recurring")
            ],
        )
        if any(plan.shows_zero for plan in life.plans):
            shown = [run for kind in PERIODIC for run in runs_of(life, kind)]
            _add(result, [uncharged(life, run, account, since=begin, on=on) for run in shown])
        if "one_off" in types or "deposit" in types:
            _add(result, [one_offs(life, account, since=begin, on=on)])
            # A deposit to be returned corrects the document that took it.
            if life.cancelled is not None and life.cancelled > on:
                result.settled = result.settled and "deposit" not in types
        if "termination_fee" in types:
            _add(result, [termination_fees(life, account, since=begin, on=on)])
    if "usage" in types or history.usage:
        _metered(result, history, facts.lives, since=begin, on=on, runs=runs)
    if "commitment" in types:
        _commitments(result, history, facts.lives, on=on)
    for charge in facts.charges:
        if charge.at > on:
            result.upcoming.append(charge.at)
        elif begin is None or charge.at >= begin:
            result.owed.append(manual_charge(charge, account, policy))
    _lower(result, history, facts, on=on)
    if begin != since and since is not None:
        result.owed = [item for item in result.owed if item.due >= since]
    result.owed = [item for item in result.owed if item.priced or item.shown_at_zero]
    return result


def _add(result: Owing, found: Sequence[tuple[list[Owed], date | None]]) -> None:
    for items, upcoming in found:
        result.owed.extend(items)
        if upcoming is not None:
            result.upcoming.append(upcoming)


def _looks_back(lives: Sequence[Subscription]) -> bool:
    """Whether any usage price carries allowance on, shares it, or lasts from record to record."""
    for life in lives:
        if life.facts.pool is not None:
            return True
        for segment in life.segments:
            prices = [price for _, price in segment.state.agreed]
            for charge in segment.state.plan.charges.values():
                prices += [charge.model, *(price for _, price in charge.price_changes)]
            if segment.state.plan.pool is not None:
                return True
            if any(
                isinstance(p, UsageTerms) and (p.rollover is not None or p.pool is not None) for p in prices
            ):
                return True
    return False


def _metered(
    result: Owing,
    history: History,
    lives: Sequence[Subscription],
    *,
    since: date | None,
    on: date,
    runs: Sequence[date],
) -> None:
    usage = Usage.of(history.usage, lives)
    rating = MeteredRating(history.account, usage, runs, drops=history.rulebook.policy.usage_late == "drop")
    chains: list[list[Stretch]] = []
    for life in lives:
        for run in runs_of(life, "usage"):
            chain, upcoming = stretches_of(life, run, history.account, since=since, on=on)
            chains.append(chain)
            if upcoming is not None:
                result.upcoming.append(upcoming)
            result.upcoming.extend(stretch.due for stretch in chain if stretch.due > on)
    result.owed.extend(
        line for line in rating.owed(chains) if line.due <= on and (since is None or line.due >= since)
    )
    result.rejected.extend(dict.fromkeys(usage.rejected))


def _commitments(result: Owing, history: History, lives: Sequence[Subscription], *, on: date) -> None:
    lines = list(result.owed)
    for life in lives:
        for run in runs_of(life, "commitment"):
            chain, upcoming = stretches_of(life, run, history.account, since=None, on=on)
            if upcoming is not None:
                result.upcoming.append(upcoming)
            for stretch in chain:
                if stretch.due > on:
                    result.upcoming.append(stretch.due)
                elif stretch.index >= 0 and not stretch.empty:
                    line = commitment_line(stretch, lines, history.account)
                    if line is not None:
                        result.owed.append(line)
        cycles = {c.cycle for plan in life.plans for c in plan.charges.values() if c.type in PERIODIC}
        result.settled = result.settled and len(cycles) == 1


def _lower(result: Owing, history: History, facts: Facts, *, on: date) -> None:
    """Discounts, outage credits and line credits, in this order."""
    account, policy = history.account, history.rulebook.policy
    if facts.discounts:
        lives = {life.id: life for life in facts.lives}
        result.owed.extend(Discounting(account, policy, lives).lines(facts.discounts, result.owed))
        # An amount is spread over lines that may fall due on different days.
        result.settled = result.settled and all(discount.amount is None for discount in facts.discounts)
    if facts.outages:
        known = [outage for outage in facts.outages if outage.at <= on]
        result.owed.extend(outage_credits(known, facts.lives, result.owed, account, policy))
        result.upcoming.extend(outage.at for outage in facts.outages if outage.at > on)
        result.settled = False
    if facts.line_credits:
        known_credits = [credit for credit in facts.line_credits if credit.at <= on]
        result.owed.extend(line_credits(known_credits, result.owed, account, policy))
        later = [credit.at for credit in facts.line_credits if credit.at > on]
        result.upcoming.extend(later)
        result.settled = result.settled and not later
