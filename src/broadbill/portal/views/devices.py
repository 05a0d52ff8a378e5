"""Where the customer is signed in, and signing out there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from broadbill.identity.adapters.sessions import note_session
from broadbill.identity.operations.sessions import end_other_sessions, end_session
from broadbill.identity.permissions import for_customers_in_person
from broadbill.identity.queries.sessions import sessions_of
from broadbill.portal.customer import looking


@for_customers_in_person
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    who = looking(request)
    # One from before sessions were listed, or whose key was changed with the password, is listed from here on.
    note_session(request)
    found = sessions_of(request.user.pk or 0, current_key=request.session.session_key)
    return render(request, "portal/devices.html", {"who": who, "sessions": found})


@for_customers_in_person
@require_POST
def sign_out_device(request: HttpRequest, session: int) -> HttpResponse:
    who, user = looking(request), _user(request)
    if not end_session(user=user, session_id=session, actor=who.actor, now=timezone.now()):
        raise Http404
    messages.success(request, _t("Signed out there."))
    return redirect("portal:devices")


@for_customers_in_person
@require_POST
def sign_out_others(request: HttpRequest) -> HttpResponse:
    who, key = looking(request), request.session.session_key or ""
    end_other_sessions(user=_user(request), current_key=key, actor=who.actor, now=timezone.now())
    messages.success(request, _t("You are signed in here alone."))
    return redirect("portal:devices")


def _user(request: HttpRequest) -> Any:
    return request.user
