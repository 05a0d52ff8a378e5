"""Balanced journal entries as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from broadbill.core.money import Money
from broadbill.core.period import Period


class Posting(NamedTuple):
    """One side of an entry: debit positive, credit negative.

    `account_id` is the customer's account on postings to receivables. `earns` are the days over which a
    posting to deferred revenue is earned.
    """

    ledger_account: int
    amount: Money
    account_id: int | None = None
    earns: Period | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Postings of one currency that sum to zero. Raises: ValueError otherwise (a caller's bug)."""

    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        if len(self.postings) < 2:
            raise ValueError("an entry has at least two postings")
        currency = self.postings[0].amount.currency
        off = 0
        for posting in self.postings:
            if posting.amount.currency != currency:
                raise ValueError(f"cannot mix {currency.code} and {posting.amount.currency.code}")
            off += posting.amount.minor
        if off:
            raise ValueError(f"an entry must balance, this one is off by {Money(off, currency)}")
