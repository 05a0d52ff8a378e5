"""Billing runs: preview, start, watch, look back."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from broadbill.billing.operations.count_due import accounts_due
from broadbill.billing.operations.preview import preview
from broadbill.billing.operations.run import RUN_TASK, RunRequest, bill_later
from broadbill.billing.queries.document_list import document_page
from broadbill.billing.queries.run_list import run_page, run_progress, running_run
from broadbill.billing.queries.runs import run_summary
from broadbill.billing.queries.waiting import asked_run
from broadbill.console import forms
from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

# Rating so many accounts takes a few seconds; more are counted, and their totals are known when they are posted.
PREVIEWED_AT_MOST = 20_000


@requires(Permission.VIEW_BILL_RUNS)
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "")
    live = _live()
    if request.GET.get("part") == "live":
        # When the worker is done the whole page is drawn anew: the list below has one more run.
        return (
            render(request, "console/runs/list.html#live", live)
            if live["is_worked_on"]
            else HttpResponseClientRefresh()
        )
    context = {"page": run_page(after=int(after) if after.isdigit() else None), **live}
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
        # Adding up a million documents takes a second: only when they are all there.
        "run": None if progress.is_running else run_summary(number),
        "documents": document_page(run_id=number, size=20),
    }
    return render(request, f"console/runs/page.html{'#state' if in_part else ''}", context)


@requires(Permission.START_BILL_RUNS)
@require_http_methods(["GET", "POST"])
def new_run(request: HttpRequest) -> HttpResponse:
    """Choose the date, then see what would be issued. Nothing is issued here."""
    today = timezone.localdate()
    form = forms.RunThrough(request.POST or None, today=today)
    context: dict[str, object] = {"form": form, "today": today}
    status = 200
    if request.method == "POST" and form.is_valid():
        through: date = form.cleaned_data["through"]
        asked = RunRequest(through=through, actor=staff(request).actor)
        now = timezone.now()
        due = accounts_due(request=asked, now=now)
        context |= {"through": through, "due": due, "previewed": due <= PREVIEWED_AT_MOST}
        if due <= PREVIEWED_AT_MOST:
            seen = preview(request=asked, now=now)
            context |= {"preview": seen, "is_empty": not seen.documents and not seen.skipped}
    elif request.method == "POST":
        status = 422
    return render(request, "console/runs/new.html", context, status=status)


@requires(Permission.START_BILL_RUNS)
@require_POST
def start_run(request: HttpRequest) -> HttpResponse:
    """Hand the run to the worker. Asking twice is asking once: what is billed is not billed again."""
    form = forms.RunThrough(request.POST, today=timezone.localdate())
    if not form.is_valid():
        return redirect("console:new_run")
    asked = asked_run(task=RUN_TASK)
    if asked and asked.is_under_way:
        messages.warning(request, _("A billing run is under way already. Start another when it is done."))
    else:
        bill_later(request=RunRequest(through=form.cleaned_data["through"], actor=staff(request).actor))
    return redirect("console:runs")


def _live() -> dict[str, object]:
    """The run under way, or the one that waits for the worker."""
    asked = asked_run(task=RUN_TASK)
    # A run that nobody works on was interrupted; the next one takes it up.
    is_worked_on = asked is not None and asked.is_under_way
    return {"asked": asked, "live": running_run(), "is_worked_on": is_worked_on}
