"""What a draft keeps of the accounts that were rated: the sums, and the bills that a person should see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from broadbill.accounts.models import Account
from broadbill.billing.domain.exceptions import Reason, reasons
from broadbill.billing.domain.tally import Counted, Tally, tally_of
from broadbill.billing.models import RunDraft
from broadbill.billing.operations.preview import DryChunk
from broadbill.billing.queries.last_bills import last_bills
from broadbill.core.money import Currency
from broadbill.kernel.copying import copy_rows


class Exceptional(NamedTuple):
    """A row of DraftException after its draft."""

    account_id: int
    reasons: list[str]
    currency: str
    total: int | None
    before: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Seen:
    tally: Tally
    exceptions: tuple[Exceptional, ...]


def seen_in(chunk: DryChunk, *, above: Decimal | None) -> Seen:
    """Two queries at most. `above` is an amount in each account's currency, over which a bill is an exception."""
    counted = list(chunk.counted())
    return Seen(tally_of(counted), (*_of_bills(counted, above), *_of_issues(chunk)))


def write_exceptions(draft: RunDraft, seen: Seen) -> None:
    copy_rows(
        "billing_draftexception",
        ("draft_id", *Exceptional._fields),
        ((draft.id, *exception) for exception in seen.exceptions),
    )


def _of_bills(counted: list[Counted], above: Decimal | None) -> Iterator[Exceptional]:
    """An account may get several documents: what counts is what they come to."""
    totals: dict[tuple[int, str], int] = defaultdict(int)
    for account_id, code, _, _, total in counted:
        totals[account_id, code] += total
    before = last_bills([account_id for account_id, _ in totals])
    for (account_id, code), total in totals.items():
        most = None if above is None else Currency.of(code).round(above).minor
        last = before.get(account_id)
        if found := reasons(total=total, before=last, above=most):
            yield Exceptional(account_id, [str(reason) for reason in found], code, total, last, "")


def _of_issues(chunk: DryChunk) -> Iterator[Exceptional]:
    issues = chunk.rated.issues
    if not issues:
        return
    ids = [account_id for account_id, _, _, _ in issues]
    currencies = dict(Account.objects.filter(pk__in=ids).values_list("id", "profile__currency"))
    for account_id, _, _, words in issues:
        reason = Reason.HELD if account_id in chunk.held else Reason.FAILED
        yield Exceptional(account_id, [str(reason)], currencies[account_id], None, None, words)
