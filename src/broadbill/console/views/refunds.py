"""Refunds: asked for on a customer's page, and agreed to by another person where they are much."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.accounts.queries.customers import customer_numbered
from broadbill.console import forms
from broadbill.console.exports import list_file, wants_file
from broadbill.console.limits import limit_for
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.console.words import CAME_BY
from broadbill.core.money import Money
from broadbill.design.formats import locale_of, money_with_currency
from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.identity.queries.users import names_of
from broadbill.payments.operations.card_refunds import refund_to_cards
from broadbill.payments.operations.refund import NewRefund, approve_refund, refuse_refund, request_refund
from broadbill.payments.queries.refunds import RefundRead, refundable_of, waiting_refunds

ASKING = require_http_methods(["GET", "POST"])
COLUMNS = {
    "refund": "id",
    "account": "account",
    "name": "account_name",
    "amount": "amount",
    "currency": "amount.currency.code",
    "method": "method",
    "reason": "reason",
    "requested_by": "requested_by",
    "requested_at": "requested_at",
}


@requires(Permission.REFUND_PAYMENTS)
@ASKING
def refund(request: HttpRequest, number: str) -> HttpResponse:
    """Back to the cards it came from as far as they hold so much, else by transfer or in cash."""
    customer = customer_numbered(number)
    able = refundable_of(account_id=customer.id, currency=customer.currency)
    ways = {"transfer": _("Bank transfer"), "cash": _("Cash")}
    if able.to_cards:
        ways = {"card": _("Card, up to %s") % _full(able.to_cards), **ways}
    form = forms.GiveBack(request.POST or None, currency=customer.currency, most=able.amount, ways=ways)
    question = Question(
        title=_("Refund %s") % customer.name,
        words=_("At most %s: what was paid and is in credit.") % _full(able.amount),
        verb=_("Refund"),
        form=form,
        back=customer.name,
        back_href=reverse("console:customer", args=[number]),
        units={"amount": customer.currency.code},
    )

    def act() -> str:
        given, today, now = form.cleaned_data, timezone.localdate(), timezone.now()
        actor, limit = staff(request).actor, limit_for(request, Letting.REFUND, customer.currency)
        if given["method"] == "card":
            rows = refund_to_cards(
                account_id=customer.id, amount=given["amount"], reason=given["reason"], key=str(given["key"]),
                on=today, now=now, actor=actor, limit=limit,
            )  # fmt: skip
        else:
            asked = NewRefund(
                account_id=customer.id, amount=given["amount"], method=given["method"], reason=given["reason"],
                idempotency_key=str(given["key"]),
            )  # fmt: skip
            rows = [request_refund(refund=asked, on=today, now=now, actor=actor, limit=limit)]
        if rows[0].state == "requested":
            return _("%s waits for another person to agree.") % _full(given["amount"])
        if rows[0].state == "sending":
            return _("%s is on its way to the card.") % _full(given["amount"])
        return _("%s refunded.") % _full(given["amount"])

    return ask(request, question, act)


@requires(Permission.REFUND_PAYMENTS)
@require_GET
def refunds(request: HttpRequest) -> HttpResponseBase:
    """Those that wait, oldest first; nobody agrees to their own."""
    if wants_file(request):
        return list_file("refunds", waiting_refunds(), COLUMNS)
    waiting, me = waiting_refunds(), staff(request).actor
    names = names_of({int(row.requested_by[5:]) for row in waiting if row.requested_by.startswith("user:")})
    shown = [
        (row, names.get(_user(row.requested_by), row.requested_by), row.requested_by != me) for row in waiting
    ]
    return render(request, "console/refunds.html", {"rows": shown, "methods": CAME_BY})


@requires(Permission.REFUND_PAYMENTS)
@ASKING
def agree(request: HttpRequest, number: int) -> HttpResponse:
    found = _waiting(number)
    question = Question(
        title=_("Agree to a refund of %s") % _full(found.amount),
        words=found.reason,
        verb=_("Agree"),
        form=confirmed(request),
        back=_("Refunds"),
        back_href=reverse("console:refunds"),
    )

    def act() -> str:
        approve_refund(
            refund_id=number, on=timezone.localdate(), now=timezone.now(), actor=staff(request).actor
        )
        return _("The refund of %s is agreed to.") % _full(found.amount)

    return ask(request, question, act)


@requires(Permission.REFUND_PAYMENTS)
@ASKING
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    found = _waiting(number)
    form = forms.Refusal(request.POST or None)
    question = Question(
        title=_("Refuse a refund of %s") % _full(found.amount),
        words=found.reason,
        verb=_("Refuse"),
        form=form,
        back=_("Refunds"),
        back_href=reverse("console:refunds"),
    )

    def act() -> str:
        refuse_refund(
            refund_id=number, note=form.cleaned_data["note"], now=timezone.now(), actor=staff(request).actor
        )
        return _("The refund of %s is not paid.") % _full(found.amount)

    return ask(request, question, act)


def _waiting(number: int) -> RefundRead:
    for row in waiting_refunds():
        if row.id == number:
            return row
    raise Http404


def _user(actor: str) -> int:
    return int(actor[5:]) if actor.startswith("user:") else 0


def _full(amount: Money) -> str:
    return money_with_currency(amount, locale_of(get_language() or "en"))
