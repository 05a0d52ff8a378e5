"""What a run would issue, without issuing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadbill.billing.operations.holding import Asked, held_back
from broadbill.billing.operations.rate_chunk import rate_chunk
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.operations.run import ACCOUNTS_PER_CHUNK, RunRequest, agreeing_rulebooks
from broadbill.billing.queries.due import cut_into_chunks, lock_due_accounts
from broadbill.billing.queries.readings import read_accounts
from broadbill.billing.queries.rulebooks import parsed_rulebook
from broadbill.billing.queries.runs import RunTotals, SkippedAccount
from broadbill.core.money import Currency, Money


@dataclass(frozen=True, slots=True)
class Preview:
    """`accounts` were due; `totals` by currency, of the documents they would get."""

    accounts: int
    totals: tuple[RunTotals, ...]
    skipped: tuple[SkippedAccount, ...]

    @property
    def documents(self) -> int:
        return sum(totals.documents for totals in self.totals)


@transaction.atomic
def preview(*, request: RunRequest, now: datetime, progress: Callable[[int], None] | None = None) -> Preview:
    """Rate every due account and add up. Everything is rolled back; no number is taken."""
    rulebook_row = current_rulebook(now=now)
    agreeing = agreeing_rulebooks(rulebook_row)
    due = request.due(agreeing)
    rulebook = parsed_rulebook(rulebook_row.id)
    accounts = 0
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    skipped: list[SkippedAccount] = []
    for first, last, count in cut_into_chunks(due, ACCOUNTS_PER_CHUNK):
        account_ids = lock_due_accounts(due, first, last)
        held = held_back(Asked(account_ids, rulebook, agreeing, request.through, None, now))
        readings = read_accounts(
            account_ids=account_ids, rulebooks=[rulebook], rulebook_ids=agreeing, on=request.through
        )
        rated = rate_chunk(readings=readings, rulebook=rulebook, on=request.through, run_id=0, held=held)
        for document in rated.documents:
            content = document.content
            added = (1, content.subtotal, content.tax, content.total)
            sums[content.currency] = [a + b for a, b in zip(sums[content.currency], added, strict=True)]
        skipped.extend(SkippedAccount(number, reason) for _, number, _, reason in rated.issues)
        accounts += count
        if progress:
            progress(count)
    transaction.set_rollback(True)
    parsed_rulebook.cache_clear()
    return Preview(accounts, tuple(_totals(code, sums[code]) for code in sorted(sums)), tuple(skipped))


def _totals(code: str, sums: list[int]) -> RunTotals:
    currency = Currency.of(code)
    documents, subtotal, tax, total = sums
    return RunTotals(documents, Money(subtotal, currency), Money(tax, currency), Money(total, currency))
