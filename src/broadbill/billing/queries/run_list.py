"""The billing runs there were, latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet, Sum

from broadbill.billing.models import BillRun


@dataclass(frozen=True, slots=True)
class RunRow:
    """`documents` counts what its posted chunks issued; `only_account` is the number of the one account asked for."""

    id: int
    through: date
    state: str
    only_account: str | None
    # The date of its documents where it made only corrections.
    corrected_on: date | None
    is_prepaid: bool
    accounts_due: int
    documents: int
    started_by: str
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunPage:
    rows: tuple[RunRow, ...]
    first: bool
    next_key: int | None


def run_page(*, after: int | None = None, size: int = 25) -> RunPage:
    """One query. Runs of accounts that something happened to, such as a top-up, are too many to be news."""
    asked_for = BillRun.objects.exclude(scope=BillRun.Scope.CHOSEN)
    runs = asked_for.select_related("only_account").annotate(issued=Sum("chunks__documents", default=0))
    if after is not None:
        runs = runs.filter(id__lt=after)
    rows = [
        RunRow(
            id=run.id,
            through=run.through,
            corrected_on=run.issued_on,
            state=run.state,
            only_account=run.only_account.number if run.only_account else None,
            is_prepaid=run.scope == BillRun.Scope.PREPAID,
            accounts_due=run.accounts_due,
            documents=run.issued,
            started_by=run.started_by,
            started_at=run.started_at,
            finished_at=run.finished_at,
        )
        for run in runs.order_by("-id")[: size + 1]
    ]
    shown = rows[:size]
    return RunPage(tuple(shown), after is None, shown[-1].id if len(rows) > size else None)


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is, from its chunks alone: quick at any size, unlike `runs.run_summary`."""

    run: int
    through: date
    state: str
    accounts_due: int
    accounts_done: int
    documents: int

    @property
    def is_running(self) -> bool:
        return self.state == BillRun.State.RUNNING

    @property
    def percent(self) -> int:
        return self.accounts_done * 100 // self.accounts_due if self.accounts_due else 100


def run_progress(run_id: int) -> RunProgress | None:
    """The run, or None where there is no such run. One query."""
    return _progress(BillRun.objects.filter(pk=run_id))


def running_run() -> RunProgress | None:
    """The run that is being posted now, or was interrupted and waits to be taken up again. One query."""
    return _progress(BillRun.objects.filter(state=BillRun.State.RUNNING))


def latest_run() -> RunProgress | None:
    """The latest that was asked for all accounts; None before the first. One query."""
    return _progress(BillRun.objects.filter(scope=BillRun.Scope.ALL, only_account=None))


def _progress(runs: QuerySet[BillRun]) -> RunProgress | None:
    posted = Sum("chunks__accounts", filter=Q(chunks__posted_at__isnull=False), default=0)
    run = runs.annotate(done=posted, issued=Sum("chunks__documents", default=0)).order_by("-id").first()
    if run is None:
        return None
    return RunProgress(run.id, run.through, run.state, run.accounts_due, run.done, run.issued)
