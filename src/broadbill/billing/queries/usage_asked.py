"""Which usage of which accounts has to be read, and reading so much of it at a time as fits into memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from broadbill.billing.domain.batches import batches
from broadbill.core.rating import History, UsageRecord
from broadbill.core.rating.errors import ScenarioError
from broadbill.core.rating.needs import UsageNeeds, usage_needs
from broadbill.usage.queries.records import Wanted, read_usage
from broadbill.usage.queries.roll_ups import accounts_with_late_usage

# A worker holds so many usage records at a time, unless one account alone has more: about 50 MB.
RECORDS_IN_MEMORY = 50_000


@dataclass(frozen=True, slots=True)
class Metered:
    """An account with usage: how much of it is known, how much its last bill knew, and where rating may begin.

    It will be rated by each of the histories, or by the part of them that was known once; by one only where rating may
    begin later than at the beginning, or where it is known `on` which day it will be rated.
    """

    account_id: int
    histories: Sequence[History]
    recorded: int
    seen: int
    resume_on: date | None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class UsageAsked:
    """What to read of an account's usage, and where rating begins after all.

    `known` is how many records that is at most; `seen` are the numbers up to which documents knew them.
    """

    needs: UsageNeeds
    known: int
    resume_on: date | None = None
    seen: Sequence[int] = ()

    @property
    def records(self) -> int:
        """How many records are read one by one, at most."""
        return self.known if self.needs.by_record else 0


def usage_asked(accounts: Sequence[Metered]) -> dict[int, UsageAsked]:
    """Usage that came late, on a day that was billed already, has its account rated anew from the beginning.

    One query, or none.
    """
    asked = {account.account_id: _asked(account, account.resume_on) for account in accounts}
    resuming = {
        account.account_id: (account.seen, asked[account.account_id].needs.billed_until)
        for account in accounts
        if account.resume_on is not None and account.seen < account.recorded
    }
    late = accounts_with_late_usage(resuming)
    return asked | {
        account.account_id: _asked(account, None) for account in accounts if account.account_id in late
    }


def _asked(account: Metered, since: date | None) -> UsageAsked:
    # Where documents knew a part of it, days are asked for each by itself.
    on = account.on if since is not None or not account.seen else None
    try:
        needs = usage_needs(account.histories, since=since, on=on)
    except ScenarioError:
        # Whoever rates the account hears why it cannot be rated, and from which day on does not matter.
        needs = usage_needs(account.histories)
        since = None
    if since is not None:
        return UsageAsked(needs, account.recorded - account.seen, since)
    return UsageAsked(needs, account.recorded, seen=(account.seen,))


def usage_of(
    account_ids: Sequence[int], asked: Mapping[int, UsageAsked]
) -> Iterator[Sequence[tuple[int, UsageRecord]]]:
    """The usage of each account in turn, read for as many at a time as fit into memory. Three queries each time."""
    fitting = batches(
        account_ids,
        weight=lambda account_id: asked[account_id].records if account_id in asked else 0,
        most_items=len(account_ids),
        most_weight=RECORDS_IN_MEMORY,
    )
    for batch in fitting:
        wanted = {i: Wanted(asked[i].needs, asked[i].seen) for i in batch if i in asked}
        usage = read_usage(wanted)
        for account_id in batch:
            yield usage.pop(account_id, ())
