"""Who is online, ending a session, what access servers could not be told, and what differs from what was agreed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.console.exports import every_row, list_file, wants_file
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.network.operations.disconnect import disconnect
from broadbill.network.queries.online import online_page
from broadbill.network.queries.worklist import not_enforced
from broadbill.reports.queries import drift as found

DRIFT_SHOWN = 200
DRIFT_WORDS = {
    "active_not_billed": _lazy("Online, not billed"),
    "billed_not_active": _lazy("Billed, not online"),
    "wrong_speed": _lazy("Another speed"),
    "wrong_address": _lazy("Another address"),
    "wrong_device": _lazy("At another device"),
    "unreachable": _lazy("Router not reached"),
    "orphan": _lazy("Nobody's session"),
}
SESSION_COLUMNS = {
    "username": "username",
    "account": "account",
    "name": "name",
    "subscription": "subscription",
    "since": "since",
    "heard_at": "heard_at",
    "nas": "nas",
    "site": "site",
    "address": "address",
    "calling_station": "calling_station",
    "up_octets": "up_octets",
    "down_octets": "down_octets",
    "profile": "profile",
}
UNREACHED_COLUMNS = {
    "account": "account",
    "subscription": "subscription",
    "cause": "cause",
    "outcome": "outcome",
    "tries": "tries",
    "failed_at": "failed_at",
}
DRIFT_COLUMNS = {
    "kind": "kind",
    "username": "username",
    "account": "account",
    "name": "name",
    "subscription": "subscription",
    "wanted": "wanted",
    "found": "found",
    "first_seen_at": "first_seen_at",
}


@requires(Permission.VIEW_NETWORK)
@require_GET
def online(request: HttpRequest) -> HttpResponseBase:
    if wants_file(request):
        asked = request.GET.get("q", "").strip()
        return list_file("online", every_row(online_page, key="before", asked=asked), SESSION_COLUMNS)
    asked = request.GET.get("q", "").strip()
    after = request.GET.get("after", "")
    context = {
        "page": online_page(asked=asked, before=int(after) if after.isdigit() else None),
        "asked": asked,
        "may_end": staff(request).may(Permission.END_SESSIONS),
        "may_trace": staff(request).may(Permission.TRACE_ADDRESSES),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/network/online.html{part}", context)


@requires(Permission.END_SESSIONS)
@require_http_methods(["GET", "POST"])
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    question = Question(
        title=_("Disconnect"),
        words=_(
            "The access server ends the session. Whoever may get in connects again, usually within a minute."
        ),
        verb=_("Disconnect"),
        is_danger=True,
        # There is nothing to fill in, so that what is sent may be empty.
        form=confirmed(request),
        back=_("Online"),
        back_href=reverse("console:online"),
    )

    def act() -> str:
        disconnect(session_id=session, now=timezone.now(), actor=staff(request).actor)
        return _("The session is ended.")

    return ask(request, question, act)


@requires(Permission.VIEW_NETWORK)
@require_GET
def unreached(request: HttpRequest) -> HttpResponseBase:
    if wants_file(request):
        return list_file("not-reached", not_enforced(), UNREACHED_COLUMNS)
    return render(request, "console/network/unreached.html", {"rows": not_enforced()})


@requires(Permission.VIEW_NETWORK)
@require_GET
def drift(request: HttpRequest) -> HttpResponseBase:
    if wants_file(request):
        return list_file("drift", found.drift(limit=DRIFT_SHOWN), DRIFT_COLUMNS)
    context = {
        "rows": found.drift(limit=DRIFT_SHOWN),
        "kinds": DRIFT_WORDS,
        "sees_money": staff(request).may(Permission.VIEW_DOCUMENTS),
    }
    return render(request, "console/network/drift.html", context)
