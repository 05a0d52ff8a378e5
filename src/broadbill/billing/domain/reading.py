"""What a run knows of an account: read once, then only pure functions look at it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from broadbill.core.money import Money
from broadbill.core.rating import AccountTerms, Event, IssuedDocument, UsageRecord


class Reading(NamedTuple):
    """An account with its facts known now, what was issued to it, and what it owes.

    `resume_on` set means that everything up to it is billed under the same rulebook and facts; `issued` is then
    empty because nobody needs it.
    """

    account_id: int
    number: str
    profile_id: int
    terms_days: int
    terms: AccountTerms
    events: tuple[Event, ...]
    facts_seen: int
    # Each with the number that a document's `usage_seen` must have reached to know it.
    usage: tuple[tuple[int, UsageRecord], ...]
    usage_seen: int
    balance: Money
    issued: tuple[IssuedDocument, ...]
    resume_on: date | None
    # The dates of the runs before, which decide what usage comes too late.
    runs: tuple[date, ...] = ()
