"""The first owner of an empty Broadbill, who came by the link that `broadbill up` printed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from broadbill.console.settings_forms import FirstOwner
from broadbill.core.errors import DomainError
from broadbill.identity.operations.first_owner import add_first_owner, is_first_owner_key
from broadbill.identity.permissions import for_everyone


@for_everyone
@require_http_methods(["GET", "POST"])
def first_owner(request: HttpRequest, key: str) -> HttpResponse:
    form = FirstOwner(request.POST or None)
    if form.is_valid():
        try:
            add_first_owner(key=key, now=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("account_login")
    context = {"form": form, "is_open": is_first_owner_key(key)}
    return render(request, "account/first_owner.html", context, status=422 if form.errors else 200)
