"""What an account's credit covers, by the rating core that bills: pausing and resuming are tried in thought first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from broadbill.billing.domain.proposing import propose_for
from broadbill.billing.domain.reading import Reading
from broadbill.contracts.domain.fact import event_of
from broadbill.core.money import Money
from broadbill.core.rating import Proposal, Rulebook, parse_event

WALLET_EMPTY = "wallet empty"


@dataclass(frozen=True, slots=True)
class Pause:
    """A subscription whose next period is not begun, and the day on which it would have begun."""

    subscription_id: int
    on: date


@dataclass(frozen=True, slots=True)
class Decision:
    """The pauses that keep an account out of debt. `short` is what its credit lacks even so; usually nothing."""

    pauses: tuple[Pause, ...]
    short: Money


@dataclass(frozen=True, slots=True)
class Shortage:
    """The first day whose charges the credit does not cover, and how much it lacks then."""

    on: date
    short: Money


def imagined(reading: Reading, kind: str, subscription_id: int, on: date, **detail: Any) -> Reading:
    """The same account if a fact had just been recorded."""
    last = max((event.key for event in reading.events), default=0)
    fact = parse_event(last + 1, event_of(kind, on, subscription_id, detail))
    return reading._replace(events=(*reading.events, fact))


def shortfall(reading: Reading, proposal: Proposal) -> Money:
    """How much of what would be billed the credit does not cover; nothing when nothing is added to what is owed."""
    zero = reading.terms.currency.zero
    added = sum((document.total for document in proposal.documents), start=zero)
    return max(zero, reading.balance + added) if added > zero else zero


def is_covered(reading: Reading, *, rulebook: Rulebook, on: date, dated: date | None = None) -> bool:
    """Whether the account may be billed through the day as it stands. Raises: DomainError."""
    return not shortfall(reading, propose_for(reading, rulebook=rulebook, on=on, dated=dated))


def decide(reading: Reading, served: Sequence[int], *, rulebook: Rulebook, on: date) -> Decision:
    """Which prepaid subscriptions do not begin their next period, day by day up to `on`.

    Of several the oldest are served first: `served` comes in their order. `reading` holds everything issued.
    Days that no run saw are decided as if it had seen them, so a late run bills what the credit covered then.
    Raises: DomainError.
    """
    pauses: list[Pause] = []
    proposal = propose_for(reading, rulebook=rulebook, on=on)
    day: date | None = _first_day(proposal, on)
    while day is not None:
        proposal = propose_for(reading, rulebook=rulebook, on=day)
        for subscription_id in reversed(served):
            if not shortfall(reading, proposal):
                break
            if _begins(proposal, subscription_id, day) and _may_pause(reading, subscription_id, day, on):
                pauses.append(Pause(subscription_id, day))
                reading = imagined(reading, "suspend", subscription_id, day, reason=WALLET_EMPTY)
                proposal = propose_for(reading, rulebook=rulebook, on=day)
        day = _next_day(day, proposal, on)
    return Decision(tuple(pauses), shortfall(reading, proposal))


def first_shortage(reading: Reading, *, rulebook: Rulebook, on: date, until: date) -> Shortage | None:
    """When the credit will not do, looking ahead from `on` to `until` as things stand. Raises: DomainError."""
    day: date | None = on
    while day is not None:
        proposal = propose_for(reading, rulebook=rulebook, on=day)
        if short := shortfall(reading, proposal):
            return Shortage(day, short)
        day = _next_day(day, proposal, until)
    return None


def resumable(reading: Reading, paused: Iterable[int], *, rulebook: Rulebook, on: date) -> Iterator[int]:
    """Those of the paused subscriptions, oldest first, whose resumption on the day the credit covers."""
    for subscription_id in paused:
        resumed = imagined(reading, "resume", subscription_id, on)
        if is_covered(resumed, rulebook=rulebook, on=on):
            reading = resumed
            yield subscription_id


def _first_day(proposal: Proposal, on: date) -> date:
    starts = [line.starts for document in proposal.documents for line in document.lines if line.starts]
    return min([*starts, on])


def _next_day(day: date, proposal: Proposal, on: date) -> date | None:
    """The next day on which something falls due; the last one is always `on` itself."""
    if day >= on:
        return None
    return min(proposal.next_due_on or on, on)


def _begins(proposal: Proposal, subscription_id: int, day: date) -> bool:
    """Whether something of the subscription that costs begins on the day."""
    return any(
        line.subscription == str(subscription_id) and line.starts == day and line.amount.minor > 0
        for document in proposal.documents
        for line in document.lines
    )


def _may_pause(reading: Reading, subscription_id: int, day: date, on: date) -> bool:
    """Days that were billed were served: only the day asked about may be taken back from them."""
    return day == on or not any(
        line.subscription == str(subscription_id)
        and line.starts is not None
        and line.ends is not None
        and line.starts <= day < line.ends
        for document in reading.issued
        for line in document.lines
    )
