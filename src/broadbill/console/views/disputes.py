"""Lines that customers say are wrong: opened on the invoice, decided there or in the list."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.accounts.queries.customers import customer_numbered
from broadbill.billing.queries.explain import explain_document
from broadbill.console import forms
from broadbill.console.exports import list_file, wants_file
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.design.formats import locale_of, money_with_currency
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.payments.operations.line_disputes import open_dispute, refuse_dispute, uphold_dispute
from broadbill.payments.queries.line_disputes import DisputeRead, dispute_numbered, open_disputes

ASKING = require_http_methods(["GET", "POST"])
COLUMNS = {
    "dispute": "id",
    "account": "account",
    "name": "account_name",
    "invoice": "invoice",
    "line": "line",
    "amount": "amount",
    "currency": "amount.currency.code",
    "reason": "reason",
    "opened_by": "opened_by",
    "opened_at": "opened_at",
}


@requires(Permission.VIEW_DOCUMENTS)
@require_GET
def disputes(request: HttpRequest) -> HttpResponseBase:
    if wants_file(request):
        return list_file("disputes", open_disputes(), COLUMNS)
    context = {
        "disputes": open_disputes(),
        "may_decide": staff(request).may(Permission.CORRECT_DOCUMENTS),
    }
    return render(request, "console/disputes/list.html", context)


@requires(Permission.CHANGE_ACCOUNTS)
@ASKING
def open_one(request: HttpRequest, number: str, position: int) -> HttpResponse:
    document = explain_document(number)
    line = next((line for line in document.lines if line.position == position), None)
    if line is None:
        raise Http404
    form = forms.Claim(request.POST or None, currency=document.total.currency, amount=line.amount)
    question = Question(
        title=_("Dispute %s") % line.description,
        words=_(
            "Nobody is chased for it until it is decided. Its tax is disputed with it; the rest stays due."
        ),
        verb=_("Open the dispute"),
        form=form,
        back=number,
        back_href=reverse("console:invoice", args=[number]),
        units={"amount": document.total.currency.code},
    )

    def act() -> str:
        given = form.cleaned_data
        opened = open_dispute(
            account_id=customer_numbered(document.account).id,
            invoice=number,
            position=position,
            amount=given["amount"],
            reason=given["reason"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Dispute %s opened.") % opened.id

    return ask(request, question, act)


@requires(Permission.CORRECT_DOCUMENTS)
@ASKING
def uphold(request: HttpRequest, dispute: int) -> HttpResponse:
    form = forms.Because(request.POST or None)
    question = _deciding(
        dispute_numbered(dispute),
        form,
        title=_("Uphold the dispute over %s"),
        words=_("The line is corrected by this amount with the next bill. The customer reads the reason."),
        verb=_("Uphold"),
    )

    def act() -> str:
        uphold_dispute(
            dispute_id=dispute,
            note=form.cleaned_data["reason"],
            on=timezone.localdate(),
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Upheld. The correction comes with the next bill.")

    return ask(request, question, act)


@requires(Permission.CORRECT_DOCUMENTS)
@ASKING
def refuse(request: HttpRequest, dispute: int) -> HttpResponse:
    form = forms.Because(request.POST or None)
    question = _deciding(
        dispute_numbered(dispute),
        form,
        title=_("Refuse the dispute over %s"),
        words=_("The line stands and is chased again, from where that was. The customer reads the reason."),
        verb=_("Refuse"),
    )

    def act() -> str:
        refuse_dispute(
            dispute_id=dispute,
            note=form.cleaned_data["reason"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Refused. The customer is told why.")

    return ask(request, question, act)


def _deciding(found: DisputeRead, form: forms.Because, *, title: str, words: str, verb: str) -> Question:
    amount = money_with_currency(found.amount, locale_of(get_language() or "en"))
    return Question(
        title=title % amount,
        words=f"{found.line}: “{found.reason}” {words}",
        verb=verb,
        form=form,
        back=found.invoice,
        back_href=reverse("console:invoice", args=[found.invoice]),
    )
