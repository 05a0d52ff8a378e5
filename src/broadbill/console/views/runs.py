"""Billing runs: those there were, and one of them. They are started from drafts (`drafts`)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRefresh

from broadbill.billing.queries.document_list import document_page
from broadbill.billing.queries.drafts import left_out_of_run, open_drafts
from broadbill.billing.queries.run_list import run_page, run_progress, running_run
from broadbill.billing.queries.runs import run_summary
from broadbill.console.asked import key_in
from broadbill.console.exports import ROWS_AT_A_TIME, every_row, list_file, wants_file
from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

COLUMNS = {
    "run": "id",
    "through": "through",
    "state": "state",
    "only_account": "only_account",
    "corrected_on": "corrected_on",
    "accounts_due": "accounts_due",
    "documents": "documents",
    "started_by": "started_by",
    "started_at": "started_at",
    "finished_at": "finished_at",
}


@requires(Permission.VIEW_BILL_RUNS)
@require_GET
def runs(request: HttpRequest) -> HttpResponseBase:
    if wants_file(request):
        return list_file("runs", every_row(run_page, size=ROWS_AT_A_TIME), COLUMNS)
    live = _live()
    if request.GET.get("part") == "live":
        # When the worker is done the whole page is drawn anew: the list below has one more run.
        return (
            render(request, "console/runs/list.html#live", live)
            if live["is_worked_on"]
            else HttpResponseClientRefresh()
        )
    context = {"page": run_page(after=key_in(request.GET)), **live}
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/runs/list.html{part}", context)


@requires(Permission.VIEW_BILL_RUNS)
@require_GET
def run(request: HttpRequest, number: int) -> HttpResponse:
    """The run as it stands; while it is posting, htmx asks for the state every second."""
    progress = run_progress(number)
    if progress is None:
        raise Http404
    in_part = getattr(request, "htmx", False)
    if in_part and not progress.is_running:
        return HttpResponseClientRefresh()
    context = {
        "progress": progress,
        # Its sums are kept once it is finished; until then, adding up a million documents takes a second.
        "run": None if progress.is_running else run_summary(number),
        "documents": document_page(run_id=number, size=20),
        "left_out": left_out_of_run(number),
        "may_start": staff(request).may(Permission.START_BILL_RUNS),
    }
    return render(request, f"console/runs/page.html{'#state' if in_part else ''}", context)


def _live() -> dict[str, object]:
    """The drafts that are not posted, and the run under way."""
    drafts, live = open_drafts(), running_run()
    # A run that no draft's worker is at was interrupted, or is a command's.
    is_worked_on = any(draft.is_worked_on for draft in drafts)
    return {"drafts": drafts, "live": live, "is_worked_on": is_worked_on}
