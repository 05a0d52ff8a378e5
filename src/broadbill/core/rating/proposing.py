"""`propose`: the documents a bill run owes an account. The one function every bill, quote and audit calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from broadbill.core.money import Money
from broadbill.core.rating.documents import Desk
from broadbill.core.rating.facts import Facts
from broadbill.core.rating.history import History
from broadbill.core.rating.lines import IssuedDocument, Proposal
from broadbill.core.rating.manual import Goodwill, goodwill_left, source_of
from broadbill.core.rating.owing import owing
from broadbill.core.rating.subtract import Bundle, fresh, subtract


def propose(
    history: History,
    *,
    on: date,
    issued: Sequence[IssuedDocument] = (),
    balance: Money | None = None,
    since: date | None = None,
    runs: Sequence[date] = (),
    dated: date | None = None,
) -> Proposal:
    """What is owed on a day by everything in `history`, minus what `issued` holds, as documents.

    Args:   `history` is what is known (the caller leaves out what was recorded after `on`); `issued` are all
            documents of the account; `balance` is the account's before the run, negative when in credit;
            `since` is the `resume` of an earlier proposal over the same facts, with which `issued` stays empty;
            `runs` are the dates of earlier bill runs, which only `usage_late: drop` asks for; `dated` is the date
            of the documents where it is not `on`: corrections are made out later than what they correct fell due.
    Raises: ScenarioError for a fact that names a plan the rulebook does not have.
    """
    book, account = history.rulebook, history.account
    facts = Facts.of(history)
    found = owing(history, facts, since=since, on=on, runs=runs)
    goodwill: list[Goodwill] = []
    if since is None and facts.goodwill:
        goodwill = goodwill_left(facts.goodwill, issued, account, book.policy)
    if issued:
        order = {life.id: life.order for life in facts.lives}
        standing = _without(issued, {source_of(item.credit) for item in goodwill})
        bundles = subtract(found.owed, standing, account.currency, order)
    else:
        bundles = [Bundle([fresh(item)]) for item in found.owed]
    desk = Desk(book, account, dated or on, balance or account.currency.zero)
    documents = desk.write(bundles, goodwill)
    waits = not found.settled or any(item.left for item in goodwill)
    return Proposal(
        documents=documents,
        rejected=tuple(found.rejected),
        next_due_on=min(found.upcoming, default=None),
        resume=None if waits else on + timedelta(days=1),
    )


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
