"""The billing runs there were, latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from broadbill.billing.models import BillRun


@dataclass(frozen=True, slots=True)
class RunRow:
    """`documents` counts what its posted chunks issued; `only_account` is the number of the one account asked for."""

    id: int
    through: date
    state: str
    only_account: str | None
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
    """One query."""
    runs = BillRun.objects.select_related("only_account").annotate(issued=Sum("chunks__documents", default=0))
    if after is not None:
        runs = runs.filter(id__lt=after)
    rows = [
        RunRow(
            id=run.id,
            through=run.through,
            state=run.state,
            only_account=run.only_account.number if run.only_account else None,
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


def running_run() -> int | None:
    """The run that is being posted now, or was interrupted and waits to be taken up again."""
    running = BillRun.objects.filter(state=BillRun.State.RUNNING).order_by("-id")
    return running.values_list("id", flat=True).first()


def run_exists(run_id: int) -> bool:
    return BillRun.objects.filter(pk=run_id).exists()
