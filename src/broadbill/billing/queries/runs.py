"""What a run did, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Sum

from broadbill.billing.models import BillRun, Chunk, Document, RunIssue
from broadbill.core.money import Currency, Money


@dataclass(frozen=True, slots=True)
class RunTotals:
    """The documents of a run in one currency."""

    documents: int
    subtotal: Money
    tax: Money
    total: Money


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
    """Four queries, however large the run."""
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
        totals=_totals(run_id),
        skipped=tuple(
            SkippedAccount(number, reason)
            for number, reason in RunIssue.objects.filter(run_id=run_id)
            .order_by("account_id")
            .values_list("account__number", "reason")
        ),
    )


def _totals(run_id: int) -> tuple[RunTotals, ...]:
    by_currency = (
        Document.objects.filter(run_id=run_id)
        .values("currency")
        .annotate(documents=Count("id"), net=Sum("subtotal"), taxed=Sum("tax"), gross=Sum("total"))
        .order_by("currency")
    )
    totals = []
    for row in by_currency:
        currency = Currency.of(row["currency"])
        totals.append(
            RunTotals(
                documents=row["documents"],
                subtotal=Money(int(row["net"]), currency),
                tax=Money(int(row["taxed"]), currency),
                total=Money(int(row["gross"]), currency),
            )
        )
    return tuple(totals)
