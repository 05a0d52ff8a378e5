"""What a subscription owes by itself: recurring and one-off charges, instalments, deposits, termination fees.

Usage and commitments are not among them: they look beyond the subscription. Most subscriptions are as they were
sold, at list prices; what those owe that were sold alike is rated once and remembered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.events import Sale, Subscribe
from broadbill.core.rating.history import History
from broadbill.core.rating.instalments import instalments
from broadbill.core.rating.one_off import one_offs
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.plans import PERIODIC
from broadbill.core.rating.recurring import RecurringRating
from broadbill.core.rating.rulebook import Rulebook
from broadbill.core.rating.runs import runs_of
from broadbill.core.rating.termination import termination_fees
from broadbill.core.rating.timeline import Subscription, replay
from broadbill.core.rating.uncharged import uncharged


@dataclass(slots=True, eq=False)
class OwnCharges:
    """`upcoming` and `settled` are those of `Owing`."""

    owed: list[Owed] = field(default_factory=list)
    upcoming: list[date] = field(default_factory=list)
    settled: bool = True

    def add(self, found: tuple[list[Owed], date | None]) -> None:
        items, upcoming = found
        self.owed.extend(items)
        if upcoming is not None:
            self.upcoming.append(upcoming)


def own_charges(life: Subscription, history: History, *, since: date | None, on: date) -> OwnCharges:
    """What fell due from `since` (or ever) to `on`."""
    if not life.as_sold:
        return _rated(life, history.account, since, on)
    alike = _sold_alike(
        history.rulebook, history.account, life.facts.sale, life.starts, life.order, since, on
    )
    return OwnCharges([item.of(life.id) for item in alike.owed], alike.upcoming, alike.settled)


@lru_cache(maxsize=8192)
def _sold_alike(
    rulebook: Rulebook,
    account: AccountTerms,
    sale: Sale,
    starts: date,
    order: int,
    since: date | None,
    on: date,
) -> OwnCharges:
    """What every subscription owes that was sold like this and has not changed, but for its name."""
    sold = Subscribe(0, starts, starts, None, "", sale)
    return _rated(replay([sold], order, rulebook, account), account, since, on)


def _rated(life: Subscription, account: AccountTerms, since: date | None, on: date) -> OwnCharges:
    types = life.types
    own = OwnCharges()
    for run in runs_of(life, "recurring"):
        own.add(RecurringRating.of(life, run, account).owed(since=since, on=on))
    if any(plan.shows_zero for plan in life.plans):
        for kind in PERIODIC:
            for run in runs_of(life, kind):
                own.add(uncharged(life, run, account, since=since, on=on))
    if "one_off" in types or "deposit" in types:
        own.add(one_offs(life, account, since=since, on=on))
        # A deposit to be returned corrects the document that took it.
        if life.cancelled is not None and life.cancelled > on:
            own.settled = "deposit" not in types
    if "instalments" in types:
        own.add(instalments(life, account, since=since, on=on))
    if "termination_fee" in types:
        own.add(termination_fees(life, account, since=since, on=on))
    return own
