"""Paying now: with a saved card, or once on the gateway's own page."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.core.errors import DomainError
from broadbill.core.money import Currency, Money
from broadbill.design.amounts import AmountUnreadable, read_amount
from broadbill.identity.permissions import for_customers, for_customers_in_person
from broadbill.payments.operations.card_charges import NewCharge, charge_card
from broadbill.payments.queries.card_charges import SavedMethodRead, charge_read, saved_methods
from broadbill.payments.queries.owing import owing_of
from broadbill.portal.customer import looking
from broadbill.portal.refusals import in_words

ONCE = "once"


class Pay(forms.Form):
    """`key` is made with the form, so sending it twice charges once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.CharField(label=_("Amount"), widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    card = forms.ChoiceField(label=_("Pay with"), widget=forms.RadioSelect)

    def __init__(self, data: Any, *, owed: Money, usable: list[SavedMethodRead]) -> None:
        first = str(usable[0].id) if usable else ONCE
        amount = str(owed) if owed.minor > 0 else ""
        super().__init__(data, initial={"key": uuid4(), "amount": amount, "card": first})
        self.currency: Currency = owed.currency
        self.fields["card"].choices = [  # type: ignore[attr-defined]  # the field's class is known above
            *((str(card.id), f"{card.brand} ···· {card.last_four}") for card in usable),
            (ONCE, _("Another card, this once")),
        ]

    def clean_amount(self) -> Money:
        try:
            amount = read_amount(self.cleaned_data["amount"], self.currency)
        except AmountUnreadable:
            raise forms.ValidationError(_("Write an amount like 62.40.")) from None
        if amount.minor <= 0:
            raise forms.ValidationError(_("Write how much to pay: more than nothing."))
        return amount


@for_customers_in_person
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest) -> HttpResponse:
    """What is owed is filled in; another amount may be written. The money settles what is open, oldest first."""
    if not settings.GATEWAYS:
        raise Http404
    who = looking(request)
    customer = who.customer
    owing = owing_of(account_id=customer.id, currency=customer.currency, as_of=timezone.localdate())
    usable = [card for card in saved_methods(account_id=customer.id) if card.state == "active"]
    form = Pay(request.POST if request.method == "POST" else None, owed=owing.balance, usable=usable)
    if form.is_valid():
        given = form.cleaned_data
        charge = NewCharge(
            account_id=customer.id,
            method_id=None if given["card"] == ONCE else int(given["card"]),
            amount=given["amount"],
            key=str(given["key"]),
            description=customer.number,
            return_url=request.build_absolute_uri(reverse("portal:home")),
        )
        try:
            done = charge_card(charge=charge, now=timezone.now(), actor=who.actor)
        except DomainError as refusal:
            form.add_error(None, in_words(refusal))
        else:
            return redirect("portal:paid", done.id)
    context = {"who": who, "owing": owing, "form": form}
    return render(request, "portal/pay.html", context, status=422 if form.errors else 200)


@for_customers
@require_GET
def paid(request: HttpRequest, charge: int) -> HttpResponse:
    """Where the payment stands, with a link to the gateway's page while the bank waits for the customer."""
    who = looking(request)
    return render(
        request, "portal/paid.html", {"who": who, "charge": charge_read(charge, account_id=who.customer.id)}
    )
