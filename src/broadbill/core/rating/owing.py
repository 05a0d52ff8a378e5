"""Everything an account owes: each family's lines, then what lowers them, in the order the contract gives.

Recurring, one-off and metered charges, instalments, termination fees; then commitments, which count those; then
discounts, outage credits and credits of single lines, each taken of what the earlier ones left. Last of all what
is owed of a bundle is allocated over its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from broadbill.core.rating.bundles import allocated
from broadbill.core.rating.commitment import commitment_line
from broadbill.core.rating.discounts import Discounting
from broadbill.core.rating.facts import Facts
from broadbill.core.rating.history import History
from broadbill.core.rating.lines import Rejected
from broadbill.core.rating.manual import line_credits, manual_charge
from broadbill.core.rating.metered import MeteredRating, Usage
from broadbill.core.rating.outages import outage_credits
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.own_charges import own_charges
from broadbill.core.rating.plans import PERIODIC, is_kept
from broadbill.core.rating.runs import runs_of
from broadbill.core.rating.spans import Stretch, stretches_of
from broadbill.core.rating.timeline import Subscription


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
    types = facts.types
    begin = rated_from(facts, since)
    result = Owing([], [], [], settled=True)
    for life in facts.lives:
        own = own_charges(life, history, since=begin, on=on)
        result.owed += own.owed
        result.upcoming += own.upcoming
        result.settled = result.settled and own.settled
    if "usage" in types or history.usage:
        _metered(result, history, facts.lives, since=begin, on=on, runs=runs)
    if "commitment" in types:
        _commitments(result, history, facts.lives, on=on)
    _manual(result, history, facts, since=begin, on=on)
    _lower(result, history, facts, on=on)
    result.owed = [
        item
        for item in allocated(result.owed)
        if (item.priced or item.shown_at_zero) and (since is None or item.due >= since)
    ]
    return result


def rated_from(facts: Facts, since: date | None) -> date | None:
    """From when on stretches are rated for what fell due from `since`: None for ever.

    Allowances carried on or shared, minimum spends and outages look back at what was owed before.
    """
    types = facts.types
    looks_back = "commitment" in types or facts.outages or ("usage" in types and _looks_back(facts.lives))
    return None if looks_back else since


def _manual(result: Owing, history: History, facts: Facts, *, since: date | None, on: date) -> None:
    for charge in facts.charges:
        if charge.at > on:
            result.upcoming.append(charge.at)
        elif since is None or charge.at >= since:
            result.owed.append(manual_charge(charge, history.account, history.rulebook.policy))


def _looks_back(lives: Sequence[Subscription]) -> bool:
    """Whether any usage price carries allowance on or shares it."""
    return any(
        life.facts.sale.pool is not None
        or any(plan.keeps_allowance for plan in life.plans)
        or any(is_kept(price) for segment in life.segments for _, price in segment.state.agreed)
        for life in lives
    )


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
    result.owed.extend(line for line in rating.owed(chains, on=on) if since is None or line.due >= since)
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
