"""A customer's cards: saved on the gateway's own page, charged, charged by themselves, removed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.accounts.queries.customers import Customer, customer_numbered
from broadbill.console import forms
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.console.words import DECLINES
from broadbill.design.formats import locale_of, money_with_currency
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.payments.domain.gateway import OutcomeUnknown
from broadbill.payments.operations.card_charges import NewCharge, charge_card
from broadbill.payments.operations.saved_methods import (
    begin_saving,
    finish_saving,
    remove_method,
    set_autopay,
)
from broadbill.payments.queries.card_charges import SavedMethodRead, charge_read, saved_methods
from broadbill.payments.queries.owing import owing_of

ASKING = require_http_methods(["GET", "POST"])


@requires(Permission.CHARGE_CARDS)
@ASKING
def add_card(request: HttpRequest, number: str) -> HttpResponse:
    """Lead to the gateway's page by a link: what a customer types there never passes through here."""
    customer = customer_numbered(number)
    back = request.build_absolute_uri(reverse("console:card_saved", args=[number]))
    begun = None
    if request.method == "POST":
        try:
            begun = begin_saving(
                account_id=customer.id, name=customer.name, email=customer.email, return_url=back
            )
        except OutcomeUnknown:
            messages.error(request, _("The payment gateway does not answer. Try again in a minute."))
            return redirect(_page(number))
        request.session["saving"] = {"account": customer.id, "reference": begun.reference}
    return render(request, "console/customers/add_card.html", {"customer": customer, "begun": begun})


@requires(Permission.CHARGE_CARDS)
@require_GET
def card_saved(request: HttpRequest, number: str) -> HttpResponse:
    """Back from the gateway's page: keep what was saved there, if anything was."""
    customer = customer_numbered(number)
    saving = request.session.get("saving", {})
    if saving.get("account") != customer.id:
        raise Http404
    try:
        saved = finish_saving(
            account_id=customer.id,
            reference=saving["reference"],
            autopay=not any(one.autopay for one in saved_methods(account_id=customer.id)),
            now=timezone.now(),
            actor=staff(request).actor,
        )
    except OutcomeUnknown:
        messages.error(request, _("The payment gateway does not answer. Try again in a minute."))
        return redirect(_page(number))
    if saved is None:
        messages.warning(request, _("No card was saved."))
    else:
        messages.success(request, _("%(card)s is saved.") % {"card": f"{saved.brand} {saved.last_four}"})
    return redirect(_page(number))


@requires(Permission.CHARGE_CARDS)
@ASKING
def charge(request: HttpRequest, number: str, method: int) -> HttpResponse:
    customer = customer_numbered(number)
    card = _card(customer, method)
    owing = owing_of(account_id=customer.id, currency=customer.currency, as_of=timezone.localdate())
    form = forms.ChargeCard(request.POST or None, currency=customer.currency, owed=owing.balance)
    question = Question(
        title=_("Charge %s") % _named(card),
        words=_("The money settles what is open, oldest first."),
        verb=_("Charge card"),
        form=form,
        back=customer.name,
        back_href=_page(number),
        units={"amount": customer.currency.code},
    )

    def act() -> str:
        given = form.cleaned_data
        done = charge_card(
            charge=NewCharge(
                account_id=customer.id,
                method_id=card.id,
                amount=given["amount"],
                key=str(given["key"]),
                description=customer.number,
                return_url=request.build_absolute_uri(_page(number)),
            ),
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _said(done.id, customer.id)

    return ask(request, question, act)


@requires(Permission.CHARGE_CARDS)
@require_GET
def charged(request: HttpRequest, number: str, charge: int) -> HttpResponse:
    """Where a charge stands, with the way to the gateway's page while it waits for the customer."""
    customer = customer_numbered(number)
    context = {
        "customer": customer,
        "charge": charge_read(charge, account_id=customer.id),
        "declines": DECLINES,
    }
    return render(request, "console/customers/charged.html", context)


@requires(Permission.CHARGE_CARDS)
@ASKING
def autopay(request: HttpRequest, number: str, method: int) -> HttpResponse:
    customer = customer_numbered(number)
    card = _card(customer, method)
    question = Question(
        title=_("Autopay with %s") % _named(card),
        words=_("Nothing is charged by itself any more.")
        if card.autopay
        else _("On the day on which a bill is due, this card is charged by itself."),
        verb=_("Stop autopay") if card.autopay else _("Start autopay"),
        form=confirmed(request),
        back=customer.name,
        back_href=_page(number),
    )

    def act() -> str:
        chosen = None if card.autopay else card.id
        set_autopay(account_id=customer.id, method_id=chosen, now=timezone.now(), actor=staff(request).actor)
        return _("Autopay is on.") if chosen else _("Autopay is off.")

    return ask(request, question, act)


@requires(Permission.CHARGE_CARDS)
@ASKING
def remove(request: HttpRequest, number: str, method: int) -> HttpResponse:
    customer = customer_numbered(number)
    card = _card(customer, method)
    question = Question(
        title=_("Remove %s") % _named(card),
        words=_("It is not charged any more, and the gateway forgets it."),
        verb=_("Remove card"),
        is_danger=True,
        form=confirmed(request),
        back=customer.name,
        back_href=_page(number),
    )

    def act() -> str:
        remove_method(
            account_id=customer.id, method_id=card.id, now=timezone.now(), actor=staff(request).actor
        )
        return _("%s is removed.") % _named(card)

    return ask(request, question, act)


def _said(charge_id: int, account_id: int) -> str:
    """What became of a charge, for the page that is shown next."""
    done = charge_read(charge_id, account_id=account_id)
    amount = money_with_currency(done.amount, locale_of(get_language() or "en"))
    if done.state == "succeeded":
        return _("%(amount)s charged, receipt %(receipt)s.") % {"amount": amount, "receipt": done.receipt}
    if done.state == "declined":
        why = DECLINES.get(done.decline, done.decline)
        return _("%(amount)s was declined: %(why)s.") % {"amount": amount, "why": why}
    if done.state == "challenge":
        return _("%(amount)s waits for the customer to confirm it.") % {"amount": amount}
    return _("The outcome of %(amount)s is not known yet. It is found out within minutes.") % {
        "amount": amount
    }


def _card(customer: Customer, method: int) -> SavedMethodRead:
    for card in saved_methods(account_id=customer.id):
        if card.id == method:
            return card
    raise Http404


def _named(card: SavedMethodRead) -> str:
    return f"{card.brand} {card.last_four}".strip()


def _page(number: str) -> str:
    return reverse("console:customer", args=[number])
