"""Drafts of bill runs as they are looked through."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from broadbill.billing.domain.exceptions import Reason
from broadbill.billing.domain.tally import RunTotals, Tally
from broadbill.billing.models import BillRun, DraftException, LeftOut, RunDraft
from broadbill.core.money import Currency, Money
from broadbill.kernel.queries.jobs import is_under_way

OPEN = (RunDraft.State.DRAFTING, RunDraft.State.READY, RunDraft.State.ASKED, RunDraft.State.POSTING)
# How many exceptions there are for each reason, one row a reason.
COUNTED = """
SELECT reason, count(*) FROM billing_draftexception, unnest(reasons) AS reason WHERE draft_id = %s GROUP BY reason
"""


@dataclass(frozen=True, slots=True)
class DraftRead:
    """`is_worked_on` says that a worker has it or will; `run` is the run that posts it, once it has begun."""

    id: int
    through: date
    above: Decimal | None
    state: str
    is_worked_on: bool
    accounts_due: int
    accounts_done: int
    tally: Tally | None
    moved_from: tuple[RunTotals, ...] | None
    run: int | None
    asked_by: str
    asked_at: datetime
    drafted_at: datetime | None
    # Who posts it, or asked to.
    posted_by: str

    @property
    def is_stuck(self) -> bool:
        """Nobody works on what somebody should: the worker's job failed."""
        return not self.is_worked_on and self.state in {RunDraft.State.DRAFTING, RunDraft.State.POSTING}

    @property
    def percent(self) -> int:
        return self.accounts_done * 100 // self.accounts_due if self.accounts_due else 0


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """A bill to look at. `total` is None where the account could not be billed, `before` where there was no bill."""

    key: int
    account: str
    account_name: str
    reasons: tuple[str, ...]
    total: Money | None
    before: Money | None
    note: str


@dataclass(frozen=True, slots=True)
class ExceptionPage:
    rows: tuple[ExceptionRow, ...]
    first: bool
    next_key: int | None


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    account: str
    account_name: str
    reason: str
    left_out_by: str
    left_out_at: datetime


def draft_numbered(number: int) -> DraftRead | None:
    """Two queries."""
    draft = RunDraft.objects.filter(pk=number).first()
    return _read(draft) if draft else None


def open_drafts() -> tuple[DraftRead, ...]:
    """Those that are worked out, wait to be looked through or are posted, latest first. Two queries and one a draft."""
    return tuple(_read(draft) for draft in RunDraft.objects.filter(state__in=OPEN).order_by("-id")[:10])


def drafts_to_agree_to() -> tuple[DraftRead, ...]:
    """Those that wait for another person, oldest first. One query."""
    return tuple(_read(draft) for draft in RunDraft.objects.filter(state=RunDraft.State.ASKED).order_by("id"))


def is_posting() -> bool:
    """Whether the worker posts a run, or is about to. One query and one a draft that is posted."""
    posting = RunDraft.objects.filter(state=RunDraft.State.POSTING).values_list("job", flat=True)
    return any(is_under_way(job) for job in posting)


def exceptions_by_reason(draft: int) -> dict[str, int]:
    """How many there are, the gravest reason first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [draft])
        found = Counter(dict(cursor.fetchall()))
    return {str(reason): found[reason] for reason in Reason if found[reason]}


def exception_page(
    draft: int, *, reason: str = "", after: int | None = None, size: int = 50
) -> ExceptionPage:
    """In the order of the accounts. One query."""
    rows = DraftException.objects.filter(draft_id=draft).select_related("account").order_by("account_id")
    if reason:
        rows = rows.filter(reasons__contains=[reason])
    if after is not None:
        rows = rows.filter(account_id__gt=after)
    found = [_exception(row) for row in rows[: size + 1]]
    shown = found[:size]
    return ExceptionPage(tuple(shown), after is None, shown[-1].key if len(found) > size else None)


def exception_of(draft: int, account_id: int) -> ExceptionRow | None:
    """One query."""
    rows = DraftException.objects.filter(draft_id=draft, account_id=account_id).select_related("account")
    return next((_exception(row) for row in rows), None)


def left_out_of(draft: int) -> tuple[LeftOutRow, ...]:
    """One query."""
    return _left_out(draft_id=draft)


def left_out_of_run(run: int) -> tuple[LeftOutRow, ...]:
    """One query."""
    return _left_out(draft__run_id=run)


def last_totals() -> tuple[RunTotals, ...]:
    """What the last run of all accounts that issued something came to. One query."""
    run = (
        BillRun.objects.filter(
            scope=BillRun.Scope.ALL, only_account=None, issued_on=None, tally__isnull=False
        )
        .exclude(tally__sums={})
        .order_by("-id")
        .first()
    )
    return Tally.read(run.tally).totals if run else ()


def _left_out(**of: int) -> tuple[LeftOutRow, ...]:
    rows = LeftOut.objects.filter(**of).select_related("account").order_by("account_id")
    return tuple(
        LeftOutRow(row.account.number, row.account.name, row.reason, row.left_out_by, row.left_out_at)
        for row in rows
    )


def _read(draft: RunDraft) -> DraftRead:
    return DraftRead(
        id=draft.id,
        through=draft.through,
        above=draft.above,
        state=draft.state,
        is_worked_on=draft.state in {RunDraft.State.DRAFTING, RunDraft.State.POSTING}
        and is_under_way(draft.job),
        accounts_due=draft.accounts_due,
        accounts_done=draft.accounts_done,
        tally=Tally.read(draft.tally) if draft.tally else None,
        moved_from=Tally.read(draft.moved_from).totals if draft.moved_from else None,
        run=draft.run_id,
        asked_by=draft.asked_by,
        asked_at=draft.asked_at,
        drafted_at=draft.drafted_at,
        posted_by=draft.posted_by,
    )


def _exception(row: DraftException) -> ExceptionRow:
    currency = Currency.of(row.currency)
    return ExceptionRow(
        key=row.account_id,
        account=row.account.number,
        account_name=row.account.name,
        reasons=tuple(row.reasons),
        total=None if row.total is None else Money(row.total, currency),
        before=None if row.before is None else Money(row.before, currency),
        note=row.note,
    )
