"""The sandbox gateway's own pages, as a customer sees them: not Broadbill's, so open to whoever has the address."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from broadbill.console.words import TEST_CARDS
from broadbill.identity.permissions import for_everyone
from broadbill.payments.domain.gateway import GatewayUnknown
from broadbill.payments.operations.sandbox import (
    SandboxPage,
    answer_charge,
    paying_page,
    save_card,
    saving_page,
)

ASKING = require_http_methods(["GET", "POST"])


@for_everyone
@ASKING
def sandbox_save(request: HttpRequest, reference: str) -> HttpResponse:
    page = _found(saving_page, reference)
    card = request.POST.get("card", "")
    if card in page.cards:
        return redirect(save_card(reference=reference, card=card))
    return render(request, "console/sandbox.html", {"page": page, "cards": TEST_CARDS})


@for_everyone
@ASKING
def sandbox_pay(request: HttpRequest, reference: str) -> HttpResponse:
    page = _found(paying_page, reference)
    card = request.POST.get("card", "")
    if card in page.cards:
        copies = {"twice": 2, "never": 0}.get(request.POST.get("news", ""), 1)
        back = answer_charge(reference=reference, card=card, copies=copies, now=timezone.now())
        return redirect(back or "/")
    return render(request, "console/sandbox.html", {"page": page, "cards": TEST_CARDS})


def _found(look: Callable[[str], SandboxPage | None], reference: str) -> SandboxPage:
    try:
        page = look(reference)
    except GatewayUnknown:
        raise Http404 from None
    if page is None:
        raise Http404
    return page
