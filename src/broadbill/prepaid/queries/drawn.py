"""What a draw-down did."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.billing.models import BillRun
from broadbill.billing.queries.runs import run_summary
from broadbill.contracts.models import Fact
from broadbill.prepaid.domain.covering import WALLET_EMPTY


@dataclass(frozen=True, slots=True)
class Drawn:
    """`totals` are amounts with their currency; `held` are accounts that pausing could not help, with the reason."""

    documents: int
    totals: tuple[str, ...]
    paused: tuple[str, ...]
    held: tuple[dict[str, str], ...]


def drawn_by(run_id: int | None) -> Drawn:
    """The result of a run that has just ended; nothing when there was none. A fixed number of queries."""
    if run_id is None:
        return Drawn(0, (), (), ())
    run, summary = BillRun.objects.get(pk=run_id), run_summary(run_id)
    paused = Fact.objects.filter(
        kind="suspend",
        detail__reason=WALLET_EMPTY,
        recorded_at__gte=run.started_at,
        effective_on__lte=run.through,
    )
    accounts = paused.order_by("account__number").values_list("account__number", flat=True).distinct()
    return Drawn(
        documents=sum(totals.documents for totals in summary.totals),
        totals=tuple(f"{totals.total} {totals.total.currency.code}" for totals in summary.totals),
        paused=tuple(accounts),
        held=tuple({"account": skipped.account, "reason": skipped.reason} for skipped in summary.skipped),
    )
