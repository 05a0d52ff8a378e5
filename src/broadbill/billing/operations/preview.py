"""What a run would issue, without issuing it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadbill.billing.domain.proposing import propose_for
from broadbill.billing.domain.tally import NOTHING, Counted, RunTotals, tally_of
from broadbill.billing.models import Rulebook as RulebookRow
from broadbill.billing.operations.holding import Asked, held_back
from broadbill.billing.operations.rate_chunk import RatedChunk, rate_chunk
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.operations.run import ACCOUNTS_PER_CHUNK, RunRequest, agreeing_rulebooks
from broadbill.billing.queries.due import cut_into_chunks, lock_due_accounts
from broadbill.billing.queries.readings import read_accounts
from broadbill.billing.queries.rulebooks import parsed_rulebook
from broadbill.billing.queries.runs import SkippedAccount
from broadbill.core.rating import Document


@dataclass(frozen=True, slots=True)
class Preview:
    """`accounts` were due; `totals` by currency, of the documents they would get."""

    accounts: int
    totals: tuple[RunTotals, ...]
    skipped: tuple[SkippedAccount, ...]

    @property
    def documents(self) -> int:
        return sum(totals.documents for totals in self.totals)


@dataclass(frozen=True, slots=True)
class DryChunk:
    """Some due accounts, rated; those of `held` were kept back by a floor above."""

    accounts: int
    rated: RatedChunk
    held: Collection[int]

    def counted(self) -> Iterator[Counted]:
        for document in self.rated.documents:
            content = document.content
            yield content.account_id, content.currency, content.subtotal, content.tax, content.total


@transaction.atomic
def preview(*, request: RunRequest, now: datetime, progress: Callable[[int], None] | None = None) -> Preview:
    """Rate every due account and add up. Everything is rolled back; no number is taken."""
    accounts, tally = 0, NOTHING
    skipped: list[SkippedAccount] = []
    for chunk in dry_run(request=request, rulebook=current_rulebook(now=now), now=now):
        tally += tally_of(chunk.counted())
        skipped.extend(SkippedAccount(number, reason) for _, number, _, reason in chunk.rated.issues)
        accounts += chunk.accounts
        if progress:
            progress(chunk.accounts)
    transaction.set_rollback(True)
    # The rulebook, where it was new, is no more.
    parsed_rulebook.cache_clear()
    return Preview(accounts, tally.totals, tuple(skipped))


def dry_run(*, request: RunRequest, rulebook: RulebookRow, now: datetime) -> Iterator[DryChunk]:
    """Rate every due account, as the run will: each chunk in a transaction that is rolled back, locks and all."""
    agreeing = agreeing_rulebooks(rulebook)
    due = request.due(agreeing)
    parsed = parsed_rulebook(rulebook.id)
    with transaction.atomic():
        chunks = cut_into_chunks(due, ACCOUNTS_PER_CHUNK)
    for first, last, count in chunks:
        with transaction.atomic():
            account_ids = lock_due_accounts(due, first, last)
            held = held_back(Asked(account_ids, parsed, agreeing, request.through, None, now))
            readings = read_accounts(
                account_ids=account_ids, rulebooks=[parsed], rulebook_ids=agreeing, on=request.through
            )
            rated = rate_chunk(readings=readings, rulebook=parsed, on=request.through, run_id=0, held=held)
            transaction.set_rollback(True)
        yield DryChunk(count, rated, held.keys())


@transaction.atomic
def would_be_bills(*, account_id: int, request: RunRequest, now: datetime) -> tuple[Document, ...]:
    """The documents that a run would issue to one account, with their lines; none where nothing is due.

    Raises: DomainError, what keeps the account from being billed.
    """
    try:
        rulebook = current_rulebook(now=now)
        agreeing = agreeing_rulebooks(rulebook)
        parsed = parsed_rulebook(rulebook.id)
        if not lock_due_accounts(request.due(agreeing), account_id, account_id):
            return ()
        held = held_back(Asked([account_id], parsed, agreeing, request.through, None, now))
        if account_id in held:
            raise held[account_id]
        [reading] = read_accounts(
            account_ids=[account_id], rulebooks=[parsed], rulebook_ids=agreeing, on=request.through
        )
        return propose_for(reading, rulebook=parsed, on=request.through).documents
    finally:
        transaction.set_rollback(True)
        parsed_rulebook.cache_clear()
