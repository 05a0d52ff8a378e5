"""What the bank says came in and nobody is sure of, and the files of direct debits."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.accounts.queries.find import account_numbered
from broadbill.console.bank_forms import AssignLine, IgnoreLine
from broadbill.console.exports import every_row_by_id, list_file, wants_file
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.console.words import BANK_REASONS, DEBIT_FILE_STATUSES
from broadbill.design.formats import locale_of, money_with_currency
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.payments.domain.debit_errors import DebitsRefused
from broadbill.payments.operations.bank import assign_line, ignore_line
from broadbill.payments.queries.bank_queue import QueuedLine, bank_queue, queued_line
from broadbill.payments.queries.debits import debit_file_content, debit_files, debit_reports

ROWS = 25
COLUMNS = {
    "line": "id",
    "booked_on": "booked_on",
    "amount": "amount",
    "currency": "amount.currency.code",
    "payer": "payer",
    "payer_iban": "payer_iban",
    "reason": "reason",
}


@requires(Permission.VIEW_PAYMENTS)
@require_GET
def bank_lines(request: HttpRequest) -> HttpResponseBase:
    if wants_file(request):
        return list_file("bank", every_row_by_id(bank_queue), COLUMNS)
    after = request.GET.get("after", "")
    rows = bank_queue(after=int(after) if after.isdigit() else 0, limit=ROWS + 1)
    shown = rows[:ROWS]
    context = {
        "rows": shown,
        "reasons": BANK_REASONS,
        "page": {"first": not after, "next_key": shown[-1].id if len(rows) > ROWS else None},
        "may_decide": staff(request).may(Permission.RECORD_PAYMENTS),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/bank/queue.html{part}", context)


@requires(Permission.RECORD_PAYMENTS)
@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest, number: int) -> HttpResponse:
    line = _line(number)
    likeliest = line.suggested[0][0] if line.suggested else ""
    form = AssignLine(request.POST or None, likeliest=likeliest)

    def act() -> str:
        account = account_numbered(form.cleaned_data["account"])
        payment = assign_line(
            line_id=number, account_id=account.id, now=timezone.now(), actor=staff(request).actor
        )
        return _("Payment %(number)s of %(name)s recorded.") % {
            "number": payment.number,
            "name": account.name,
        }

    return ask(request, _question(line, _("Record the payment"), form), act)


@requires(Permission.RECORD_PAYMENTS)
@require_http_methods(["GET", "POST"])
def ignore(request: HttpRequest, number: int) -> HttpResponse:
    line = _line(number)
    form = IgnoreLine(request.POST or None)

    def act() -> str:
        note = form.cleaned_data["note"]
        ignore_line(line_id=number, note=note, now=timezone.now(), actor=staff(request).actor)
        return _("The line is out of the queue: %s") % note

    return ask(request, _question(line, _("Take out of the queue"), form), act)


@requires(Permission.VIEW_PAYMENTS)
@require_GET
def debits(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "console/bank/debits.html",
        {"files": debit_files(), "reports": debit_reports(), "statuses": DEBIT_FILE_STATUSES},
    )


@requires(Permission.RECORD_PAYMENTS)
@require_GET
def debit_file(request: HttpRequest, name: str) -> HttpResponse:
    """The file for the bank, byte for byte as it was made."""
    try:
        file, content = debit_file_content(name)
    except DebitsRefused as error:
        raise Http404 from error
    kind = "application/xml" if file.endswith(".xml") else "text/plain"
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _line(number: int) -> QueuedLine:
    found = queued_line(number)
    if found is None:
        raise Http404
    return found


def _question(line: QueuedLine, verb: str, form: AssignLine | IgnoreLine) -> Question:
    amount = money_with_currency(line.amount, locale_of(get_language() or "en"))
    said = " · ".join(filter(None, (amount, line.payer, *line.references)))
    return Question(
        title=verb, words=said, verb=verb, form=form, back=_("Bank"), back_href=reverse("console:bank")
    )
