"""Error pages: what happened, why, what to do, and a reference to quote. One table maps refusals to statuses."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from broadbill.core.errors import DomainError

# Refusals are conflicts with how things stand, unless their code ends in one of these words.
STATUS_OF_ENDING = {
    "unknown": HTTPStatus.NOT_FOUND,
    "not_found": HTTPStatus.NOT_FOUND,
    "forbidden": HTTPStatus.FORBIDDEN,
}


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    ending = error.code.rpartition(".")[2]
    status = next((s for word, s in STATUS_OF_ENDING.items() if ending.endswith(word)), HTTPStatus.CONFLICT)
    if _is_portal(request) and not _is_staff(request):
        # An operation's own words are for the office.
        if status is HTTPStatus.NOT_FOUND:
            return not_found(request)
        words = _("Go back, reload the page and try again. If it stays so, ask us.")
        return _page(request, status, _("That cannot be done"), words, code=error.code)
    return _page(request, status, _("That cannot be done"), str(error), code=error.code)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        HTTPStatus.FORBIDDEN,
        _("This page is not for your role"),
        _("You are signed in, but your role does not include it. Ask an administrator if you need it."),
    )


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The CSRF failure view: nearly always a form that was open while its session ended."""
    return _page(
        request,
        HTTPStatus.FORBIDDEN,
        _("This form has expired"),
        _(
            "You signed in or out in another tab, or cookies are blocked. Go back, reload the page and try again."
        ),
        code=reason,
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        HTTPStatus.NOT_FOUND,
        _("There is nothing at this address"),
        _("The link is old, or it is not yours. Begin at the start.")
        if _is_portal(request)
        else _("The number may be mistyped, or the link is old. Search for a name, a number or a phone."),
    )


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        HTTPStatus.TOO_MANY_REQUESTS,
        _("Too many attempts"),
        _("Wait a minute and try again. This protects accounts from guessed passwords."),
    )


def crashed(request: HttpRequest) -> HttpResponse:
    """The 500 page. It must not fail itself, so it reads nothing from the database or the session."""
    title = _("Something went wrong on our side")
    remedy = _(
        "Nothing was saved. Try again; if it happens again, tell your administrator the reference below."
    )
    context = {"title": title, "words": remedy, "status": 500, "reference": reference(request)}
    return render(request, "console/errors/crash.html", context, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def reference(request: HttpRequest) -> str:
    return getattr(request, "reference", None) or secrets.token_hex(4)


def _is_portal(request: HttpRequest) -> bool:
    return request.path.startswith("/my/")


def _is_staff(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and not user.is_customer


def _page(
    request: HttpRequest, status: HTTPStatus, title: str, words: str, *, code: str = ""
) -> HttpResponse:
    user, signed_in = getattr(request, "user", None), _is_staff(request)
    context: dict[str, Any] = {
        "layout": "console/base.html" if signed_in else "console/entrance.html",
        "in_office": signed_in or not (_is_portal(request) or getattr(user, "is_customer", False)),
        "title": title,
        "words": words,
        "status": int(status),
        "code": code,
        "reference": reference(request),
    }
    template = "console/errors/page.html"
    if getattr(request, "htmx", False) and signed_in:
        template = "console/errors/page.html#fault"
    return render(request, template, context, status=status)
