"""Every view says who may use it. A view that does not say is refused to everyone."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

from broadbill.identity.domain.permissions import Permission

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

EVERYONE = "everyone"
SIGNED_IN = "signed in"


def requires(permission: Permission) -> Callable[[View[P]], View[P]]:
    """Let staff with the permission use the view, send strangers to sign in, refuse others with 403."""
    return functools.partial(_guarded, permission)


def for_signed_in(view: View[P]) -> View[P]:
    """Let all staff use the view and send strangers to sign in."""
    return _guarded(SIGNED_IN, view)


def for_everyone(view: View[P]) -> View[P]:
    """Let the whole world use the view."""
    _say(view, EVERYONE)
    return view


def access_of(view: Callable[..., Any]) -> str | None:
    """Who may use the view: a permission, SIGNED_IN, EVERYONE, or None when it does not say."""
    return getattr(view, "broadbill_access", None)


def _say(view: Callable[..., Any], access: str) -> None:
    view.broadbill_access = access  # type: ignore[attr-defined]


def _guarded(access: str, view: View[P]) -> View[P]:
    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return _to_sign_in(request)
        if isinstance(access, Permission) and not user.may(access):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    _say(guarded, access)
    return guarded


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """A page to sign in. A part of a page asked for by htmx must not swap it in, but move the whole browser there."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(resolve_url("account_login"))
    return redirect_to_login(request.get_full_path())
