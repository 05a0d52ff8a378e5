"""The last lines: a view that does not say who may use it is used by nobody, and whoever needs a second factor and has
none gets no further than to the pages where they add one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from broadbill.identity.permissions import CUSTOMERS, EVERYONE, access_of


class DenyByDefault:
    """Refuses to call views without a word on access (see broadbill.identity.permissions)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, _request: HttpRequest, view: Callable[..., Any], _args: object, _kwargs: object
    ) -> None:
        if access_of(view) is None:
            raise ImproperlyConfigured(
                f"{view!r} does not say who may use it: see broadbill.identity.permissions"
            )


class SecondFactorWhereNeeded:
    """Leads staff whose role needs a second factor, and who have none, from every guarded page to adding one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: object, _kwargs: object
    ) -> HttpResponse | None:
        if access_of(view) in {EVERYONE, CUSTOMERS} or _is_on_the_way(request):
            return None
        user = request.user
        if not user.is_authenticated or user.is_customer or not user.lacks_second_factor:
            return None
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(resolve_url("mfa_index"))
        return redirect("mfa_index")


def _is_on_the_way(request: HttpRequest) -> bool:
    """Pages on which a second factor is added, and leaving."""
    name = request.resolver_match.url_name or "" if request.resolver_match else ""
    return name.startswith("mfa_") or name in {"account_reauthenticate", "account_logout"}
