"""What is paid ahead: the wallet, vouchers redeemed, and whether services are on."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.core.errors import DomainError
from broadbill.identity.permissions import for_customers
from broadbill.payments.queries.owing import owing_of
from broadbill.payments.queries.statement import statement_of
from broadbill.portal.customer import looking
from broadbill.portal.refusals import in_words
from broadbill.portal.status import outages_of, status_of
from broadbill.prepaid.operations.redeem import redeem
from broadbill.prepaid.queries.of_account import redeemed_by

MOVES_SHOWN = 20


class Voucher(forms.Form):
    code = forms.CharField(
        label=_("Code on the card"),
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


@for_customers
@require_http_methods(["GET", "POST"])
def wallet(request: HttpRequest) -> HttpResponse:
    """Guesses of codes are counted for each customer, wherever they type them."""
    who = looking(request)
    customer, today = who.customer, timezone.localdate()
    form = Voucher(request.POST or None)
    if form.is_valid():
        try:
            done = redeem(
                code=form.cleaned_data["code"],
                source=who.actor,
                now=timezone.now(),
                actor=who.actor,
                account_id=customer.id,
            )
        except DomainError as refusal:
            form.add_error("code", in_words(refusal))
        else:
            messages.success(request, _t("Thank you. Voucher %s is redeemed.") % done.voucher)
            return redirect("portal:wallet")
    owing = owing_of(account_id=customer.id, currency=customer.currency, as_of=today)
    moves = statement_of(
        account_id=customer.id, currency=customer.currency, starts=customer.opened_on, ends=today
    )
    context = {
        "who": who,
        "form": form,
        "credit": -owing.balance,
        "moves": moves.rows[::-1][:MOVES_SHOWN],
        "vouchers": redeemed_by(customer.id),
        "may_pay": bool(settings.GATEWAYS),
    }
    return render(request, "portal/wallet.html", context, status=422 if form.errors else 200)


@for_customers
@require_GET
def status(request: HttpRequest) -> HttpResponse:
    who = looking(request)
    customer, today = who.customer, timezone.localdate()
    owing = owing_of(account_id=customer.id, currency=customer.currency, as_of=today)
    statuses = status_of(account_id=customer.id, owing=owing, today=today)
    context = {
        "who": who,
        "statuses": statuses,
        "is_out": any(one.state == "out" for one in statuses),
        "outages": outages_of(account_id=customer.id, today=today),
        "may_pay": bool(settings.GATEWAYS),
    }
    return render(request, "portal/status.html", context)
