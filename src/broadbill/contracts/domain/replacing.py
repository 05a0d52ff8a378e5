"""Replacing a plan: what each customer paid and will pay, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from broadbill.contracts.domain.fact import event_of
from broadbill.contracts.domain.moving import Move, moves_of
from broadbill.core.errors import DomainError
from broadbill.core.money import Currency, Money, Rounding
from broadbill.core.rating import History, parse_event
from broadbill.core.rating.facts import Facts
from broadbill.core.rating.rounding import posted
from broadbill.core.rating.standing import Standing, standing


@dataclass(kw_only=True, eq=False)
class NoticeTooShort(DomainError):
    """Customers would hear of their new plan too late."""

    code = "contracts.notice_too_short"
    message = (
        "From {starts} is less than {days} days' notice of the change of plan {plan}. "
        "Choose {earliest} or later, or do it without notice."
    )
    plan: str
    starts: str
    days: int
    earliest: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A move, with what the subscription costs a period as things stand on that day and with the move."""

    move: Move
    before: tuple[Standing, ...]
    after: tuple[Standing, ...]


@dataclass(slots=True)
class Replacement:
    """The sum of a replacement.

    `before` and `after` are recurring revenue a month, net, exact, in major units. `not_told` are the numbers of the
    accounts that have no e-mail address.
    """

    currency: Currency
    customers: int = 0
    subscriptions: int = 0
    keep_agreed: int = 0
    letters: int = 0
    not_told: list[str] = field(default_factory=list)
    before: Fraction = Fraction(0)
    after: Fraction = Fraction(0)

    @property
    def revenue_before(self) -> Money:
        return posted(self.before, self.currency, Rounding.HALF_UP)

    @property
    def revenue_after(self) -> Money:
        return posted(self.after, self.currency, Rounding.HALF_UP)

    def add(self, quotes: Sequence[Quote]) -> None:
        """Count one account's moves."""
        self.customers += 1
        for quote in quotes:
            self.subscriptions += 1
            self.keep_agreed += quote.move.keeps_agreed
            self.before += sum(one.monthly for one in quote.before)
            self.after += sum(one.monthly for one in quote.after)


def refuse_short_notice(*, plan: str, starts: date, days: int, today: date) -> None:
    """Raises: NoticeTooShort."""
    earliest = today + timedelta(days=days)
    if starts < earliest:
        raise NoticeTooShort(plan=plan, starts=starts.isoformat(), days=days, earliest=earliest.isoformat())


def quotes_of(history: History, *, plan: str, successor: str, starts: date) -> list[Quote]:
    """The moves of an account from one plan to another, in the order its subscriptions were sold.

    A suspended subscription is quoted as if it ran: that is what its holder will pay.
    Raises: ScenarioError when the account's facts and the new plan do not go together.
    """
    lives = {life.id: life for life in Facts.of(history).lives}
    to = history.rulebook.plans[successor]
    moves = [m for life in lives.values() for m in moves_of(life, plan=plan, to=to, starts=starts)]
    if not moves:
        return []
    resumed = [
        event_of("resume", move.effective, move.subscription_id, {})
        for move in moves
        if lives[str(move.subscription_id)].state_on(move.effective).paused
    ]
    moved = [move.fact(0, successor).as_event() for move in moves]
    days = {move.effective for move in moves}
    before = {day: standing(_imagined(history, resumed), on=day) for day in days}
    after = {day: standing(_imagined(history, [*resumed, *moved]), on=day) for day in days}
    return [
        Quote(move, before[move.effective].get(name, ()), after[move.effective].get(name, ()))
        for move in moves
        for name in [str(move.subscription_id)]
    ]


def _imagined(history: History, facts: Sequence[Mapping[str, Any]]) -> History:
    """The history as if these facts had been recorded last."""
    last = max(event.key for event in history.events)
    events = [parse_event(last + 1 + i, fact) for i, fact in enumerate(facts)]
    return history._replace(events=(*history.events, *events))
