"""What customers ask: messages to the provider, lines disputed, money back; each with what became of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from broadbill.accounts.queries.provider import current_provider
from broadbill.billing.queries.explain import explain_document
from broadbill.core.errors import DomainError
from broadbill.core.money import Money
from broadbill.identity.permissions import for_customers
from broadbill.payments.operations.card_refunds import refund_to_cards
from broadbill.payments.operations.line_disputes import open_dispute
from broadbill.payments.operations.refund import NewRefund, request_refund
from broadbill.payments.queries.line_disputes import disputes_of_account
from broadbill.payments.queries.refunds import Refundable, refundable_of, refunds_of
from broadbill.portal import words
from broadbill.portal.amounts import AmountField
from broadbill.portal.customer import looking
from broadbill.portal.refusals import in_words
from broadbill.portal.templatetags.portal import money_full
from broadbill.support.domain.topics import CHOSEN, Topic
from broadbill.support.operations.tickets import NewTicket, open_ticket, solve, write_as_customer
from broadbill.support.queries.tickets import ticket_read, tickets_of

ASKING = require_http_methods(["GET", "POST"])
LONGEST = 5000
ONE_LINE = 140


class Write(forms.Form):
    topic = forms.ChoiceField(
        label=_("What is it about?"),
        choices=[(topic.value, words.TOPICS[topic.value]) for topic in CHOSEN],
        widget=forms.RadioSelect,
    )
    subject = forms.CharField(label=_("Subject"), max_length=ONE_LINE)
    body = forms.CharField(label=_("Message"), max_length=LONGEST, widget=forms.Textarea({"rows": 6}))


class Reply(forms.Form):
    body = forms.CharField(label=_("Message"), max_length=LONGEST, widget=forms.Textarea({"rows": 4}))


class Dispute(forms.Form):
    reason = forms.CharField(label=_("What is wrong with it?"), max_length=ONE_LINE)


class AskRefund(forms.Form):
    """`key` is made with the form, so sending it twice asks once."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, able: Refundable) -> None:
        ways = {"transfer": _("To my bank account"), "cash": _("In cash, at the counter")}
        if able.to_cards.minor > 0:
            ways = {"card": _("To the card it came from"), **ways}
        super().__init__(
            data, initial={"key": uuid4(), "amount": str(able.amount), "method": next(iter(ways))}
        )
        self.fields["amount"] = AmountField(currency=able.amount.currency, label=_("Amount"))
        self.fields["method"] = forms.ChoiceField(
            label=_("How"), choices=list(ways.items()), widget=forms.RadioSelect
        )
        self.fields["reason"] = forms.CharField(label=_("Why"), max_length=ONE_LINE)


@for_customers
@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    who = looking(request)
    account_id, currency = who.customer.id, who.customer.currency
    context = {
        "who": who,
        "tickets": tickets_of(account_id),
        "disputes": disputes_of_account(account_id=account_id),
        "refunds": refunds_of(account_id=account_id),
        "refundable": refundable_of(account_id=account_id, currency=currency),
        "contact": current_provider(),
    }
    return render(request, "portal/help.html", context)


@for_customers
@ASKING
def new_ticket(request: HttpRequest) -> HttpResponse:
    """About a bill where the address names one of theirs."""
    who = looking(request)
    bill = request.GET.get("bill", "")
    if bill and explain_document(bill).account not in who.accounts:
        raise Http404
    first = {"topic": Topic.BILL.value if bill else Topic.FAULT.value}
    if bill:
        first["subject"] = _t("Bill %s") % bill
    form = Write(request.POST or None, initial=first)
    if form.is_valid():
        given = form.cleaned_data
        ticket = NewTicket(
            account_id=who.customer.id,
            topic=Topic(given["topic"]),
            subject=given["subject"],
            body=given["body"],
            by_customer=True,
            document=bill,
        )
        try:
            number = open_ticket(ticket=ticket, now=timezone.now(), actor=who.actor)
        except DomainError as refusal:
            form.add_error(None, in_words(refusal))
        else:
            messages.success(request, _t("Thank you. We answer as soon as we can."))
            return redirect("portal:ticket", number)
    return _asked(request, who, form, title=_t("Write to us"), verb=_t("Send"))


@for_customers
@ASKING
def ticket(request: HttpRequest, number: int) -> HttpResponse:
    who = looking(request)
    found = ticket_read(number, account_id=who.customer.id)
    form = Reply(request.POST or None)
    if form.is_valid():
        write_as_customer(
            ticket_id=number,
            account_id=who.customer.id,
            body=form.cleaned_data["body"],
            now=timezone.now(),
            actor=who.actor,
        )
        return redirect("portal:ticket", number)
    context = {"who": who, "ticket": found, "form": form}
    return render(request, "portal/ticket.html", context, status=422 if form.errors else 200)


@for_customers
@require_POST
def solved(request: HttpRequest, number: int) -> HttpResponse:
    who = looking(request)
    solve(ticket_id=number, account_id=who.customer.id, now=timezone.now(), actor=who.actor)
    messages.success(request, _t("Good to hear."))
    return redirect("portal:help")


@for_customers
@ASKING
def dispute(request: HttpRequest, number: str, position: int) -> HttpResponse:
    """A line of a bill of the account that is looked at. It is not chased until it is decided."""
    who = looking(request)
    document = explain_document(number, translate=_t)
    line = next((line for line in document.lines if line.position == position), None)
    if document.account != who.customer.number or line is None:
        raise Http404
    form = Dispute(request.POST or None)
    back = reverse("portal:bill", args=[number])
    if form.is_valid():
        try:
            open_dispute(
                account_id=who.customer.id,
                invoice=number,
                position=position,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                actor=who.actor,
            )
        except DomainError as refusal:
            form.add_error(None, in_words(refusal))
        else:
            messages.success(
                request, _t("We look into it and write to you. Until then you need not pay this line.")
            )
            return redirect(back)
    title = _t("Dispute “%s”") % line.description
    below = _t("%s with its tax. The rest of the bill stays due.") % money_full(line.amount)
    return _asked(
        request,
        who,
        form,
        title=title,
        verb=_t("Dispute this line"),
        below=below,
        back=number,
        back_href=back,
    )


@for_customers
@ASKING
def ask_refund(request: HttpRequest) -> HttpResponse:
    """Whatever the amount, somebody of the office agrees to it before it is paid."""
    who = looking(request)
    able = refundable_of(account_id=who.customer.id, currency=who.customer.currency)
    if able.amount.minor <= 0:
        messages.warning(request, _t("Nothing that you paid is in credit."))
        return redirect("portal:help")
    form = AskRefund(request.POST or None, able=able)
    if form.is_valid():
        try:
            _request(who.customer.id, form.cleaned_data, who.actor)
        except DomainError as refusal:
            form.add_error(None, in_words(refusal))
        else:
            messages.success(request, _t("Thank you. We look at it; here you see what becomes of it."))
            return redirect("portal:help")
    below = _t("At most %s: what you paid and have in credit.") % money_full(able.amount)
    return _asked(request, who, form, title=_t("Ask for a refund"), verb=_t("Ask for it"), below=below)


def _request(account_id: int, given: dict[str, Any], actor: str) -> None:
    today, now, amount = timezone.localdate(), timezone.now(), given["amount"]
    nothing_alone: Money = amount.currency.zero
    if given["method"] == "card":
        refund_to_cards(
            account_id=account_id, amount=amount, reason=given["reason"], key=str(given["key"]), on=today, now=now,
            actor=actor, limit=nothing_alone,
        )  # fmt: skip
        return
    asked = NewRefund(
        account_id=account_id, amount=amount, method=given["method"], reason=given["reason"],
        idempotency_key=str(given["key"]),
    )  # fmt: skip
    request_refund(refund=asked, on=today, now=now, actor=actor, limit=nothing_alone)


def _asked(request: HttpRequest, who: Any, form: forms.Form, **shown: str) -> HttpResponse:
    context = {"who": who, "form": form, "back": _t("Help"), "back_href": reverse("portal:help"), **shown}
    return render(request, "portal/question.html", context, status=422 if form.errors else 200)
