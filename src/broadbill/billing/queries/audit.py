"""Finding over- and under-billing of a past period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db.models import Max

from broadbill.accounts.models import Account
from broadbill.billing.domain.audit import Finding, Unrated, net_of_period
from broadbill.billing.domain.batches import batches
from broadbill.billing.domain.proposing import propose_for
from broadbill.billing.domain.reading import Reading
from broadbill.billing.models import AccountState, BillRun, Document
from broadbill.billing.queries.audit_causes import Known, causes_of, facts_since
from broadbill.billing.queries.reading_workers import results_with
from broadbill.billing.queries.readings import read_accounts
from broadbill.billing.queries.rulebooks import parsed_rulebook
from broadbill.billing.queries.usage_asked import RECORDS_IN_MEMORY
from broadbill.core.errors import DomainError
from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.kernel.garbage import collector_paused

ACCOUNTS_PER_BATCH = 1000


def audit_period(*, period: Period, rulebook_id: int, workers: int = 1) -> Iterator[list[Finding | Unrated]]:
    """Rate every account that was ever billed anew, from all that is known now; the differences of each batch.

    Each is rated as of the last run of all accounts (or its own last bill, when that reaches further), so nothing
    that fell due since comes in. Memory is bounded by a batch. Raises: BrokenProcessPool.
    """
    work = partial(audit_accounts, period=period, rulebook_id=rulebook_id, through=last_run_of_all())
    return results_with(work, billed_accounts(), workers=workers)


def last_run_of_all() -> date | None:
    """The latest day through which a run billed everybody."""
    runs = BillRun.objects.filter(state=BillRun.State.FINISHED, only_account=None, issued_on=None)
    day: date | None = runs.aggregate(day=Max("through"))["day"]
    return day


def day_of_corrections(*, today: date) -> date:
    """Today, or the date of the newest document when that lies ahead: a series does not go back in time."""
    newest = Document.objects.aggregate(day=Max("issued_on"))["day"]
    return max(today, newest) if newest else today


def without_a_bill_due(account_ids: Sequence[int], *, by: date) -> list[int]:
    """Those of them, ascending, that were billed and owe nothing new by a day if nothing changed. One query."""
    states = AccountState.objects.filter(account_id__in=account_ids).exclude(next_due_on__lte=by)
    return list(states.order_by("account_id").values_list("account_id", flat=True))


def accounts_billed() -> int:
    """How many accounts there are to audit."""
    return AccountState.objects.count()


@dataclass(frozen=True, slots=True)
class AuditPage:
    """What an audit finds of the next `looked_at` accounts; `next_key` is where the others begin."""

    rows: list[Finding | Unrated]
    looked_at: int
    next_key: int | None
    first: bool


def audit_page(*, period: Period, rulebook_id: int, after: int | None = None) -> AuditPage:
    """A batch of accounts at a time, rated while somebody waits. Otherwise as `audit_period`."""
    batch = _billed_after(after or 0)
    rows = audit_accounts(batch, period=period, rulebook_id=rulebook_id, through=last_run_of_all())
    is_last = len(batch) < ACCOUNTS_PER_BATCH
    return AuditPage(rows, len(batch), None if is_last else batch[-1], first=after is None)


def billed_accounts() -> Iterator[list[int]]:
    """The ids of all accounts that were ever billed, ascending, some at a time. One query a batch."""
    last = 0
    while batch := _billed_after(last):
        last = batch[-1]
        yield batch


def _billed_after(account_id: int) -> list[int]:
    ids = AccountState.objects.order_by("account_id").values_list("account_id", flat=True)
    return list(ids.filter(account_id__gt=account_id)[:ACCOUNTS_PER_BATCH])


def audit_accounts(
    account_ids: Sequence[int], *, period: Period, rulebook_id: int, through: date | None
) -> list[Finding | Unrated]:
    """What an audit finds of some accounts. A fixed number of queries, and five for every so much usage."""
    with collector_paused():
        states = AccountState.objects.in_bulk(list(account_ids))
        days = {
            account: max(state.billed_through, through or state.billed_through)
            for account, state in states.items()
        }
        fitting = batches(
            _differing(account_ids, states, days, period, rulebook_id),
            weight=lambda item: len(item[0].usage),
            most_items=len(account_ids),
            most_weight=RECORDS_IN_MEMORY,
        )
        return [told for some in fitting for told in _told(some, states, days, period, rulebook_id)]


def _differing(
    account_ids: Sequence[int],
    states: dict[int, AccountState],
    days: dict[int, date],
    period: Period,
    rulebook_id: int,
) -> Iterator[tuple[Reading, Money | str]]:
    """The accounts that owe something else, and by how much; or why they cannot be rated."""
    rulebooks = {rulebook_id, *(state.rulebook_id for state in states.values())}
    readings = read_accounts(
        account_ids=account_ids, rulebooks=[parsed_rulebook(i) for i in rulebooks], rulebook_ids=()
    )
    for reading in readings:
        try:
            difference = _difference(reading, period, rulebook_id, days[reading.account_id])
        except DomainError as error:
            yield reading._replace(usage=()), str(error)
            continue
        if difference:
            yield reading, difference


def _difference(reading: Reading, period: Period, rulebook_id: int, on: date) -> Money:
    proposal = propose_for(reading, rulebook=parsed_rulebook(rulebook_id), on=on)
    lines = (line for document in proposal.documents for line in document.lines)
    return net_of_period(lines, period, reading.terms.currency.zero)


def _told(
    differing: Sequence[tuple[Reading, Money | str]],
    states: dict[int, AccountState],
    days: dict[int, date],
    period: Period,
    rulebook_id: int,
) -> Iterator[Finding | Unrated]:
    ids = [reading.account_id for reading, _ in differing]
    named = {
        row[0]: row[1:] for row in Account.objects.filter(id__in=ids).values_list("id", "number", "name")
    }
    facts = facts_since(
        {
            reading.account_id: states[reading.account_id].facts_seen
            for reading, difference in differing
            if isinstance(difference, Money)
        }
    )
    for reading, difference in differing:
        account = reading.account_id
        if isinstance(difference, str):
            yield Unrated(*named[account], difference)
            continue
        billed = net_of_period(
            (line for document in reading.issued for line in document.lines),
            period,
            reading.terms.currency.zero,
        )
        state = states[account]
        known = Known(state.facts_seen, state.usage_seen, state.rulebook_id)
        causes = causes_of(reading, known, facts[account], rulebook_id, period, days[account], difference)
        yield Finding(account, *named[account], days[account], billed, billed + difference, causes)
