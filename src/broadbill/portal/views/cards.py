"""A customer's cards: saved on the gateway's own page, charged by themselves on the due day if wanted, removed."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from broadbill.identity.permissions import for_customers, for_customers_in_person
from broadbill.payments.domain.gateway import OutcomeUnknown
from broadbill.payments.operations.saved_methods import (
    begin_saving,
    finish_saving,
    remove_method,
    set_autopay,
)
from broadbill.payments.queries.card_charges import SavedMethodRead, saved_methods
from broadbill.portal.customer import Looking, looking

SAVING = "portal_saving"


@for_customers
@require_GET
def cards(request: HttpRequest) -> HttpResponse:
    _only_with_a_gateway()
    who = looking(request)
    return render(
        request, "portal/cards.html", {"who": who, "cards": saved_methods(account_id=who.customer.id)}
    )


@for_customers_in_person
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Lead to the gateway's page by a link: the number of a card never passes through here."""
    _only_with_a_gateway()
    who = looking(request)
    begun = None
    if request.method == "POST":
        back = request.build_absolute_uri(reverse("portal:card_saved"))
        try:
            begun = begin_saving(
                account_id=who.customer.id,
                name=who.customer.name,
                email=who.customer.email,
                return_url=back,
            )
        except OutcomeUnknown:
            return _silent(request)
        request.session[SAVING] = {"account": who.customer.id, "reference": begun.reference}
    return render(request, "portal/add_card.html", {"who": who, "begun": begun})


@for_customers_in_person
@require_GET
def saved(request: HttpRequest) -> HttpResponse:
    """Back from the gateway's page: keep what was saved there, if anything was. Autopay is for the customer to ask."""
    who = looking(request)
    saving = request.session.get(SAVING, {})
    if saving.get("account") != who.customer.id:
        raise Http404
    try:
        kept = finish_saving(
            account_id=who.customer.id,
            reference=saving["reference"],
            autopay=False,
            now=timezone.now(),
            actor=who.actor,
        )
    except OutcomeUnknown:
        return _silent(request)
    if kept is None:
        messages.warning(request, _("No card was saved."))
    else:
        messages.success(request, _("%s is saved.") % f"{kept.brand} {kept.last_four}")
    return redirect("portal:cards")


@for_customers_in_person
@require_POST
def autopay(request: HttpRequest, method: int) -> HttpResponse:
    """Switch: this card is charged by itself on the due day, or none is."""
    who = looking(request)
    card = _theirs(who, method)
    chosen = None if card.autopay else card.id
    set_autopay(account_id=who.customer.id, method_id=chosen, now=timezone.now(), actor=who.actor)
    messages.success(
        request,
        _("From now on your bills are paid with this card on the day they are due.")
        if chosen
        else _("Nothing is charged by itself any more."),
    )
    return redirect("portal:cards")


@for_customers_in_person
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, method: int) -> HttpResponse:
    who = looking(request)
    card = _theirs(who, method)
    if request.method == "POST":
        remove_method(account_id=who.customer.id, method_id=card.id, now=timezone.now(), actor=who.actor)
        messages.success(request, _("%s is removed.") % f"{card.brand} {card.last_four}")
        return redirect("portal:cards")
    return render(request, "portal/remove_card.html", {"who": who, "card": card})


def _only_with_a_gateway() -> None:
    if not settings.GATEWAYS:
        raise Http404


def _silent(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("The payment page does not answer. Try again in a minute."))
    return redirect("portal:cards")


def _theirs(who: Looking, method: int) -> SavedMethodRead:
    card = next((one for one in saved_methods(account_id=who.customer.id) if one.id == method), None)
    if card is None:
        raise Http404
    return card
