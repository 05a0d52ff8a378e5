"""What the daily proof found, and what became of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.console.bank_forms import SettleFinding
from broadbill.console.exports import every_row_by_id, list_file, wants_file
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.payments.operations.findings import settle_finding
from broadbill.payments.queries.proof import findings, open_finding

ROWS = 25
COLUMNS = {
    "finding": "id",
    "check": "check",
    "subject": "subject",
    "words": "words",
    "found_at": "found_at",
}


@requires(Permission.VIEW_PAYMENTS)
@require_GET
def proof(request: HttpRequest) -> HttpResponseBase:
    if wants_file(request):
        return list_file("proof", every_row_by_id(findings), COLUMNS)
    after = request.GET.get("after", "")
    rows = findings(after=int(after) if after.isdigit() else 0, limit=ROWS + 1)
    shown = rows[:ROWS]
    context = {
        "rows": shown,
        "page": {"first": not after, "next_key": shown[-1].id if len(rows) > ROWS else None},
        "may_settle": staff(request).may(Permission.RECORD_PAYMENTS),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/bank/proof.html{part}", context)


@requires(Permission.RECORD_PAYMENTS)
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, number: int) -> HttpResponse:
    found = open_finding(number)
    if found is None:
        raise Http404
    form = SettleFinding(request.POST or None)
    question = Question(
        title=_("Settle the finding"),
        words=f"{found.subject}: {found.words}",
        verb=_("Settle"),
        form=form,
        back=_("Daily proof"),
        back_href=reverse("console:proof"),
    )

    def act() -> str:
        note = form.cleaned_data["note"]
        settle_finding(finding_id=number, note=note, now=timezone.now(), actor=staff(request).actor)
        return _("Off the list: %s") % note

    return ask(request, question, act)
