"""Writing an invoice's debt off, agreeing to it, and taking it back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadbill.accounts.queries.customers import customer_numbered
from broadbill.billing.queries.explain import explain_document
from broadbill.console import forms
from broadbill.console.limits import limit_for
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.core.money import Money
from broadbill.design.formats import locale_of, money_with_currency
from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.payments.operations.write_offs import (
    NewWriteOff,
    approve_write_off,
    recover_write_off,
    refuse_write_off,
    request_write_off,
)
from broadbill.payments.queries.settlement import settlement_of
from broadbill.payments.queries.write_offs import WriteOffRead, write_off_numbered

ASKING = require_http_methods(["GET", "POST"])


@requires(Permission.WRITE_OFF_DEBTS)
@ASKING
def write_off(request: HttpRequest, number: str) -> HttpResponse:
    document = explain_document(number)
    currency = document.total.currency
    still_open = settlement_of(document_id=document.id, currency=currency).still_open or currency.zero
    form = forms.Claim(request.POST or None, currency=currency, amount=still_open)
    question = Question(
        title=_("Write off invoice %s") % number,
        words=_(
            "It is no longer owed, and booked as bad debt. If the money comes after all, take it back here."
        ),
        verb=_("Write off"),
        is_danger=True,
        form=form,
        back=number,
        back_href=_page(number),
        units={"amount": currency.code},
    )

    def act() -> str:
        given = form.cleaned_data
        asked = NewWriteOff(
            account_id=customer_numbered(document.account).id,
            invoice=number,
            amount=given["amount"],
            reason=given["reason"],
            idempotency_key=str(given["key"]),
        )
        done = request_write_off(
            write_off=asked,
            on=timezone.localdate(),
            now=timezone.now(),
            actor=staff(request).actor,
            limit=limit_for(request, Letting.WRITE_OFF, currency),
        )
        if done.state == "requested":
            return _("%s waits for another person to agree.") % _full(given["amount"])
        return _("%s written off.") % _full(given["amount"])

    return ask(request, question, act)


@requires(Permission.WRITE_OFF_DEBTS)
@ASKING
def approve(request: HttpRequest, number: str, write_off: int) -> HttpResponse:
    found = _of(number, write_off)
    question = Question(
        title=_("Agree to writing off %s") % _full(found.amount),
        words=found.reason,
        verb=_("Agree"),
        is_danger=True,
        form=confirmed(request),
        back=number,
        back_href=_page(number),
    )

    def act() -> str:
        approve_write_off(
            write_off_id=found.id, on=timezone.localdate(), now=timezone.now(), actor=staff(request).actor
        )
        return _("%s written off.") % _full(found.amount)

    return ask(request, question, act)


@requires(Permission.WRITE_OFF_DEBTS)
@ASKING
def refuse(request: HttpRequest, number: str, write_off: int) -> HttpResponse:
    found = _of(number, write_off)
    form = forms.Because(request.POST or None)
    question = Question(
        title=_("Do not write off %s") % _full(found.amount),
        words=_("The invoice stays open."),
        verb=_("Do not agree"),
        form=form,
        back=number,
        back_href=_page(number),
    )

    def act() -> str:
        refuse_write_off(
            write_off_id=found.id,
            note=form.cleaned_data["reason"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Nothing is written off.")

    return ask(request, question, act)


@requires(Permission.WRITE_OFF_DEBTS)
@ASKING
def recover(request: HttpRequest, number: str, write_off: int) -> HttpResponse:
    found = _of(number, write_off)
    form = forms.Because(request.POST or None)
    question = Question(
        title=_("Take back the write-off of %s") % _full(found.amount),
        words=_("The invoice is open again; what the customer has in credit settles it at once."),
        verb=_("Take the write-off back"),
        form=form,
        back=number,
        back_href=_page(number),
    )

    def act() -> str:
        recover_write_off(
            write_off_id=found.id,
            note=form.cleaned_data["reason"],
            on=timezone.localdate(),
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("The write-off of %s is taken back.") % _full(found.amount)

    return ask(request, question, act)


def _of(number: str, write_off: int) -> WriteOffRead:
    found = write_off_numbered(write_off)
    if found.invoice != number:
        raise Http404
    return found


def _page(number: str) -> str:
    return reverse("console:invoice", args=[number])


def _full(amount: Money) -> str:
    return money_with_currency(amount, locale_of(get_language() or "en"))
