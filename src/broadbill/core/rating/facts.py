"""An account's standing facts, sorted by what they concern."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

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
from broadbill.core.rating.timeline import Subscription, replay


@dataclass(slots=True, eq=False)
class Facts:
    """What stands of a history: subscriptions in the order they were sold, the rest by date."""

    lives: list[Subscription] = field(default_factory=list)
    charges: list[ManualCharge] = field(default_factory=list)
    goodwill: list[Credit] = field(default_factory=list)
    line_credits: list[Credit] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)

    @staticmethod
    def of(history: History) -> Facts:
        """The facts that no void takes away."""
        facts = Facts()
        changes: dict[str, list[Event]] = {}
        starts: dict[str, Subscribe] = {}
        for event in living(history.events):
            if isinstance(event, Subscribe):
                starts.setdefault(event.id, event)
            elif isinstance(event, Changes):
                changes.setdefault(event.id, []).append(event)
            else:
                facts.keep(event)
        for order, (name, start) in enumerate(starts.items()):
            others = sorted(changes[name], key=_when) if name in changes else ()
            facts.lives.append(replay([start, *others], order, history.rulebook, history.account))
        for found in (facts.goodwill, facts.line_credits, facts.discounts, facts.outages):
            if len(found) > 1:
                found.sort(key=_when)
        return facts

    def keep(self, event: Event) -> None:
        """Sort a fact of the account in; payments are not the rating core's business."""
        if isinstance(event, ManualCharge):
            self.charges.append(event)
        elif isinstance(event, Credit):
            (self.goodwill if event.id is None else self.line_credits).append(event)
        elif isinstance(event, Discount):
            self.discounts.append(event)
        elif isinstance(event, Outage):
            self.outages.append(event)

    @property
    def types(self) -> set[str]:
        """The types of charges that the subscriptions' plans ever had."""
        found: set[str] = set()
        for life in self.lives:
            found |= life.types
        return found


def _when(event: Event) -> tuple[date, int]:
    return (event.at, event.key)
