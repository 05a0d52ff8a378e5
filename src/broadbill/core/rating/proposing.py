"""`propose`: the documents a bill run owes an account. The one function every bill, quote and audit calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from broadbill.core.money import Money
from broadbill.core.rating.documents import Desk
from broadbill.core.rating.events import Changes, Credit, Event, ManualCharge, Subscribe, living
from broadbill.core.rating.history import History
from broadbill.core.rating.lines import IssuedDocument, Proposal
from broadbill.core.rating.manual import (
    goodwill_left,
    line_credits,
    manual_charge,
    source_of,
)
from broadbill.core.rating.one_off import one_offs
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.recurring import RecurringRating
from broadbill.core.rating.runs import runs_of
from broadbill.core.rating.subtract import Bundle, fresh, subtract
from broadbill.core.rating.timeline import Subscription, replay


def propose(
    history: History,
    *,
    on: date,
    issued: Sequence[IssuedDocument] = (),
    balance: Money | None = None,
    since: date | None = None,
) -> Proposal:
    """What is owed on a day by everything in `history`, minus what `issued` holds, as documents.

    Args:   `history` is what is known (the caller leaves out what was recorded after `on`); `issued` are all
            documents of the account; `balance` is the account's before the run, negative when in credit;
            `since` is the `resume` of an earlier proposal over the same facts, with which `issued` stays empty.
    Raises: ScenarioError for a fact that names a plan the rulebook does not have.
    """
    book, account = history.rulebook, history.account
    lives, charges, credits = _sorted_facts(history)
    owed: list[Owed] = []
    upcoming: list[date] = []
    for life in lives:
        _add(owed, upcoming, _of_subscription(life, history, since=since, on=on))
    for charge in charges:
        if charge.at > on:
            upcoming.append(charge.at)
        elif since is None or charge.at >= since:
            owed.append(manual_charge(charge, account, book.policy))
    on_lines = [credit for credit in credits if credit.id is not None]
    upcoming.extend(credit.at for credit in on_lines if credit.at > on)
    owed.extend(line_credits([credit for credit in on_lines if credit.at <= on], owed, account, book.policy))
    owed = [item for item in owed if item.priced or item.shown_at_zero]

    goodwill = []
    if since is None:
        goodwill = goodwill_left([credit for credit in credits if credit.id is None], issued, account)
        order = {life.id: life.order for life in lives}
        bundles = subtract(
            owed, _without(issued, {source_of(item.credit) for item in goodwill}), account.currency, order
        )
    else:
        bundles = [Bundle([fresh(item)]) for item in owed]
    desk = Desk(book, account, on, balance or account.currency.zero)
    documents = desk.write(bundles, goodwill)
    waits = any(item.left for item in goodwill) or any(credit.at > on for credit in on_lines)
    return Proposal(
        documents=documents,
        rejected=(),
        next_due_on=min(upcoming, default=None),
        resume=None if waits else on + timedelta(days=1),
    )


def _sorted_facts(history: History) -> tuple[list[Subscription], list[ManualCharge], list[Credit]]:
    """The subscriptions' lives in the order they were sold, and the facts of the account itself."""
    charges: list[ManualCharge] = []
    credits: list[Credit] = []
    by_subscription: dict[str, list[Event]] = {}
    starts: dict[str, Subscribe] = {}
    for event in living(history.events):
        if isinstance(event, Subscribe):
            starts.setdefault(event.id, event)
        elif isinstance(event, ManualCharge):
            charges.append(event)
        elif isinstance(event, Credit):
            credits.append(event)
        elif isinstance(event, Changes):
            by_subscription.setdefault(event.id, []).append(event)
    lives = []
    for order, (name, start) in enumerate(starts.items()):
        others = by_subscription.get(name, [])
        if len(others) > 1:
            others.sort(key=lambda event: (event.at, event.key))
        lives.append(replay([start, *others], order, history.rulebook, history.account))
    if len(credits) > 1:
        credits.sort(key=lambda credit: (credit.at, credit.key))
    return lives, charges, credits


def _of_subscription(
    life: Subscription, history: History, *, since: date | None, on: date
) -> list[tuple[list[Owed], date | None]]:
    """What each charge of a subscription owes."""
    account = history.account
    found = [
        RecurringRating.of(life, run, account).owed(since=since, on=on) for run in runs_of(life, "recurring")
    ]
    found.append(one_offs(life, account, since=since, on=on))
    return found


def _add(owed: list[Owed], upcoming: list[date], results: list[tuple[list[Owed], date | None]]) -> None:
    for items, next_due in results:
        owed.extend(items)
        if next_due is not None:
            upcoming.append(next_due)


def _without(issued: Sequence[IssuedDocument], sources: set[str]) -> Sequence[IssuedDocument]:
    """The documents without the lines that used a goodwill credit that still stands."""
    if not sources:
        return issued
    return [
        IssuedDocument(
            number=document.number,
            date=document.date,
            lines=[line for line in document.lines if line.source not in sources or line.charge is not None],
        )
        for document in issued
    ]
