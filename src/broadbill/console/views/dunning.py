"""Collections: who is overdue, what comes next, and what people agree on with them."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.accounts.queries.customers import customer_numbered
from broadbill.collections.operations.promises import exempt, hold, promise_to_pay
from broadbill.collections.queries.worklist import case_of, worklist
from broadbill.console.exports import every_row, list_file, wants_file
from broadbill.console.forms import DayField, MoneyField
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.console.words import DUNNING, LEFT_ALONE
from broadbill.core.money import Currency, Money
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

ASKING = require_http_methods(["GET", "POST"])
COLUMNS = {
    "account": "account",
    "name": "name",
    "overdue": "overdue",
    "currency": "overdue.currency.code",
    "since": "since",
    "days": "days",
    "policy": "policy",
    "next_step": "next_step",
    "next_on": "next_on",
    "why": "why",
}


class Promised(forms.Form):
    """So much by a day."""

    by = DayField(label=_lazy("By"))

    def __init__(self, data: object, *, currency: Currency, owed: Money) -> None:
        super().__init__(data, initial={"amount": str(owed)})  # type: ignore[arg-type]  # a QueryDict or None
        self.fields = {"amount": MoneyField(currency=currency, label=_("Amount")), **self.fields}


class LeftAlone(forms.Form):
    """Up to a day, and why."""

    until = DayField(label=_lazy("Up to"))
    reason = forms.CharField(label=_lazy("Reason"), max_length=200)


@requires(Permission.VIEW_PAYMENTS)
@require_GET
def collections(request: HttpRequest) -> HttpResponseBase:
    if wants_file(request):
        return list_file("collections", every_row(worklist, on=timezone.localdate()), COLUMNS)
    after = request.GET.get("after", "")
    context = {
        "page": worklist(on=timezone.localdate(), after=int(after) if after.isdigit() else 0),
        "acts": DUNNING,
        "reasons": LEFT_ALONE,
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/collections.html{part}", context)


@requires(Permission.RECORD_PAYMENTS)
@ASKING
def promise(request: HttpRequest, number: str) -> HttpResponse:
    customer, today = customer_numbered(number), timezone.localdate()
    case = case_of(account_id=customer.id, on=today)
    owed = case.overdue if case else customer.currency.zero
    form = Promised(request.POST or None, currency=customer.currency, owed=owed)
    question = Question(
        title=_("Promise of %s") % customer.name,
        words=_("Nothing is done about the debt before that day is over."),
        verb=_("Note the promise"),
        form=form,
        back=customer.name,
        back_href=reverse("console:customer", args=[number]),
        units={"amount": customer.currency.code},
    )

    def act() -> str:
        given = form.cleaned_data
        promise_to_pay(
            account_id=customer.id,
            parts=[(given["amount"], given["by"])],
            on=today,
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("The promise is noted.")

    return ask(request, question, act)


@requires(Permission.REVERSE_PAYMENTS)
@ASKING
def leave_alone(request: HttpRequest, number: str, how: str) -> HttpResponse:
    """Hold collections for a while, or exempt somebody who must not be chased."""
    customer = customer_numbered(number)
    form = LeftAlone(request.POST or None)
    is_hold = how == "hold"
    question = Question(
        title=(_("Hold collections for %s") if is_hold else _("Exempt %s from collections")) % customer.name,
        words=_("What was said so far stays; nothing more is done up to that day."),
        verb=_("Hold") if is_hold else _("Exempt"),
        form=form,
        back=customer.name,
        back_href=reverse("console:customer", args=[number]),
    )

    def act() -> str:
        given = form.cleaned_data
        (hold if is_hold else exempt)(
            account_id=customer.id,
            until=given["until"],
            reason=given["reason"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Nothing is done about it for now.")

    return ask(request, question, act)
