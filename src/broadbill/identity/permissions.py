"""Every view says who may use it. A view that does not say is refused to everyone."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import URLPattern, URLResolver
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from broadbill.identity.adapters.standing_in import stand_in_of
from broadbill.identity.domain.errors import StandInIsOver, StandInMayOnlyLook
from broadbill.identity.domain.permissions import Permission

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

EVERYONE = "everyone"
STAFF = "staff"
CUSTOMERS = "customers"
LOOKING = ("GET", "HEAD")
SIGN_IN = {STAFF: "account_login", CUSTOMERS: "portal:sign_in"}


def requires(permission: Permission) -> Callable[[View[P]], View[P]]:
    """Let staff with the permission use the view, send strangers to sign in, refuse others with 403."""
    return functools.partial(_guarded, permission)


def for_staff(view: View[P]) -> View[P]:
    """Let all staff use the view, send strangers to sign in, refuse customers with 403."""
    return _guarded(STAFF, view)


def for_customers(view: View[P]) -> View[P]:
    """Let customers use the view, send strangers to the portal's sign-in, refuse staff with 403.

    Staff who stand in for a customer may look, not act: whatever is not GET is refused them.
    Which accounts they see is for the view to ask (`accounts.queries.viewers`).
    """
    return _guarded(CUSTOMERS, view)


def for_customers_in_person(view: View[P]) -> View[P]:
    """The same, but nobody stands in: about one's own sign-in, about paying, or changing something on GET."""
    return _guarded(CUSTOMERS, view, in_person=True)


def for_everyone(view: View[P]) -> View[P]:
    """Let the whole world use the view."""
    _say(view, EVERYONE)
    return view


def access_of(view: Callable[..., Any]) -> str | None:
    """Who may use the view: a permission, STAFF, CUSTOMERS, EVERYONE, or None when it does not say."""
    return getattr(view, "broadbill_access", None)


def _say(view: Callable[..., Any], access: str) -> None:
    view.broadbill_access = access  # type: ignore[attr-defined]


def _guarded(access: str, view: View[P], *, in_person: bool = False) -> View[P]:
    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return _to_sign_in(request, SIGN_IN.get(access, SIGN_IN[STAFF]))
        if access == CUSTOMERS and not user.is_customer:
            _check_stand_in(request, may_look=not in_person and request.method in LOOKING)
        elif user.is_customer is not (access == CUSTOMERS):
            raise PermissionDenied
        if isinstance(access, Permission) and not user.may(access):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    _say(guarded, access)
    return guarded


def _check_stand_in(request: HttpRequest, *, may_look: bool) -> None:
    """Let staff into the customers' pages who stand in for one, while they may and only to look.

    Raises: PermissionDenied, StandInIsOver, StandInMayOnlyLook.
    """
    stand_in, user = stand_in_of(request), request.user
    if stand_in is None or not user.is_authenticated or not user.may(Permission.STAND_IN):
        raise PermissionDenied
    if timezone.now() >= stand_in.ends_at:
        raise StandInIsOver(account=stand_in.account)
    if not may_look:
        raise StandInMayOnlyLook(account=stand_in.account)


def _to_sign_in(request: HttpRequest, page: str) -> HttpResponse:
    """A page to sign in. A part of a page asked for by htmx must not swap it in, but move the whole browser there."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(resolve_url(page))
    return redirect_to_login(request.get_full_path(), resolve_url(page))


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every address there is, with who may use it, sorted: a permission, staff, customers, everyone, or `nobody`."""
    yield from sorted(_addresses(resolver, prefix))


def _addresses(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path, str(access_of(pattern.callback) or "nobody")
