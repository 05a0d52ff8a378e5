"""Pools of addresses, and who had an address when."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.console.network_forms import AddPool, WhoHad
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.core.errors import DomainError
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.network.operations.pools import add_pool
from broadbill.network.operations.tracing import trace_address
from broadbill.network.queries.addresses import pools

ASKING = require_http_methods(["GET", "POST"])


@requires(Permission.VIEW_NETWORK)
@require_GET
def addresses(request: HttpRequest) -> HttpResponse:
    user = staff(request)
    context = {
        "pools": pools(now=timezone.now()),
        "may_add": user.may(Permission.MANAGE_NETWORK),
        "may_trace": user.may(Permission.TRACE_ADDRESSES),
    }
    return render(request, "console/network/addresses.html", context)


@requires(Permission.MANAGE_NETWORK)
@ASKING
def add_one_pool(request: HttpRequest) -> HttpResponse:
    form = AddPool(request.POST or None)
    question = Question(
        title=_("Add a pool"),
        verb=_("Add"),
        form=form,
        back=_("Addresses"),
        back_href=reverse("console:addresses"),
    )

    def act() -> str:
        told = form.cleaned_data
        is_ipv4 = told["kind"] == "ipv4"
        count = add_pool(
            **(told | {"piece_length": None if is_ipv4 else told["piece_length"]}),
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("%(pool)s has %(count)s to give out.") % {"pool": told["code"], "count": count}

    return ask(request, question, act)


@requires(Permission.TRACE_ADDRESSES)
@ASKING
def who_had(request: HttpRequest) -> HttpResponse:
    """Each question is on record with its request, before its answer is shown."""
    form = WhoHad(request.POST or None)
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                context["holders"] = trace_address(
                    **form.cleaned_data, now=timezone.now(), actor=staff(request).actor
                )
                context["asked"], status = form.cleaned_data["address"], 200
            except DomainError as refusal:
                form.add_error("address", str(refusal))
    return render(request, "console/network/who_had.html", context, status=status)
