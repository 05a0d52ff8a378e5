"""Asking the rating core about an account as it was read."""

from __future__ import annotations

from datetime import date

from broadbill.billing.domain.reading import Reading
from broadbill.core.rating import History, Proposal, Rulebook, propose


def propose_for(reading: Reading, *, rulebook: Rulebook, on: date, dated: date | None = None) -> Proposal:
    """What is owed by everything known of the account, minus what was issued, on documents dated `on` or `dated`.

    Raises: DomainError.
    """
    usage = [record for _, record in reading.usage]
    history = History(rulebook=rulebook, account=reading.terms, events=reading.events, usage=usage)
    return propose(
        history,
        on=on,
        issued=reading.issued,
        balance=reading.balance,
        since=reading.resume_on,
        runs=reading.runs,
        dated=dated,
    )
