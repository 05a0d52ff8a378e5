"""What a run did, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Sum

from broadbill.billing.domain.tally import RunTotals, Tally
from broadbill.billing.models import BillRun, Chunk, Document, RunIssue


@dataclass(frozen=True, slots=True)
class SkippedAccount:
    account: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run at a moment: `accounts_done` of `accounts_due` are posted."""

    run: int
    through: date
    state: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    accounts_due: int
    accounts_done: int
    totals: tuple[RunTotals, ...]
    skipped: tuple[SkippedAccount, ...]

    @property
    def documents(self) -> int:
        return sum(totals.documents for totals in self.totals)


def run_summary(run_id: int) -> RunSummary:
    """Three queries, however large the run; one more where it did not finish, or finished before its sums were kept."""
    run = BillRun.objects.get(pk=run_id)
    done = Chunk.objects.filter(run_id=run_id, posted_at__isnull=False).aggregate(accounts=Sum("accounts"))
    return RunSummary(
        run=run.id,
        through=run.through,
        state=run.state,
        started_by=run.started_by,
        started_at=run.started_at,
        finished_at=run.finished_at,
        accounts_due=run.accounts_due,
        accounts_done=done["accounts"] or 0,
        totals=(Tally.read(run.tally) if run.tally else tally_of_run(run_id)).totals,
        skipped=tuple(
            SkippedAccount(number, reason)
            for number, reason in RunIssue.objects.filter(run_id=run_id)
            .order_by("account_id")
            .values_list("account__number", "reason")
        ),
    )


def tally_of_run(run_id: int) -> Tally:
    """Its documents added up by currency, whatever is kept of them. One query."""
    by_currency = (
        Document.objects.filter(run_id=run_id)
        .values("currency")
        .annotate(documents=Count("id"), net=Sum("subtotal"), taxed=Sum("tax"), gross=Sum("total"))
    )
    return Tally(
        {
            row["currency"]: (row["documents"], int(row["net"]), int(row["taxed"]), int(row["gross"]))
            for row in by_currency
        }
    )
