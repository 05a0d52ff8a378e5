"""One's own sign-in: the second factor, and where one is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from broadbill.console.staff import staff
from broadbill.identity.adapters.sessions import note_session
from broadbill.identity.operations.sessions import end_other_sessions, end_session
from broadbill.identity.permissions import for_staff
from broadbill.identity.queries.second_factors import second_factors_of
from broadbill.identity.queries.sessions import sessions_of


@for_staff
@require_GET
def my_sign_in(request: HttpRequest) -> HttpResponse:
    # One from before sessions were listed, or whose key was changed with the password, is listed from here on.
    note_session(request)
    context = {
        "own": second_factors_of(request.user.pk or 0),
        "lacks": _user(request).lacks_second_factor,
        "sessions": sessions_of(request.user.pk or 0, current_key=request.session.session_key),
    }
    return render(request, "console/my_sign_in.html", context)


@for_staff
@require_POST
def sign_out_device(request: HttpRequest, session: int) -> HttpResponse:
    actor = staff(request).actor
    if not end_session(user=_user(request), session_id=session, actor=actor, now=timezone.now()):
        raise Http404
    messages.success(request, _("Signed out there."))
    return redirect("mfa_index")


@for_staff
@require_POST
def sign_out_others(request: HttpRequest) -> HttpResponse:
    key, actor = request.session.session_key or "", staff(request).actor
    end_other_sessions(user=_user(request), current_key=key, actor=actor, now=timezone.now())
    messages.success(request, _("You are signed in here alone."))
    return redirect("mfa_index")


def _user(request: HttpRequest) -> Any:
    return request.user
