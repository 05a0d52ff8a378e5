"""Incidents: declared, with whom they reach told before, over, and what is given back for them."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.console.exports import csv_file
from broadbill.console.network_forms import Declare, GiveCredit, Over
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.network.domain.errors import IncidentInvalid
from broadbill.network.operations.incidents import decide_credit, declare_incident, end_incident
from broadbill.network.queries import incidents as register
from broadbill.network.queries.monitoring import review_of
from broadbill.network.queries.under import reach_of, sites_with_devices

SHOWN, IN_REGISTER = 100, 100_000
ASKING = require_http_methods(["GET", "POST"])
REGISTER = (
    "incident", "place", "cause", "from", "to", "minutes", "subscriptions", "subscription_minutes", "credited",
    "credit",
)  # fmt: skip


@requires(Permission.VIEW_NETWORK)
@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    context = {
        "rows": register.incidents(limit=SHOWN),
        "may_declare": staff(request).may(Permission.MANAGE_NETWORK),
    }
    return render(request, "console/network/incidents.html", context)


@requires(Permission.VIEW_NETWORK)
@require_GET
def incident_register(request: HttpRequest) -> StreamingHttpResponse:
    """For the regulator: all of them with their minutes, times in UTC."""
    return csv_file("incidents", REGISTER, (_row(one) for one in register.incidents(limit=IN_REGISTER)))


@requires(Permission.VIEW_NETWORK)
@require_GET
def incident(request: HttpRequest, number: int) -> HttpResponse:
    one = _found(number)
    user = staff(request)
    review = review_of(number)
    context = {
        "one": one,
        "review": review,
        "may_review": review is not None
        and not review[0]
        and not one.decision
        and user.may(Permission.MANAGE_NETWORK),
        "rule": _rule(one.credit),
        "rows": register.affected_by(number, limit=SHOWN),
        "shown": SHOWN,
        "may_end": one.ends_at is None and user.may(Permission.MANAGE_NETWORK),
        "may_decide": one.is_proposed and user.may(Permission.CORRECT_DOCUMENTS),
    }
    return render(request, "console/network/incident.html", context)


@requires(Permission.MANAGE_NETWORK)
@ASKING
def declare(request: HttpRequest) -> HttpResponse:
    found = sites_with_devices()
    form = Declare(
        request.POST or None,
        sites=[(site.code, site.name) for site in found],
        devices=sorted(code for site in found for code in site.devices),
    )
    question = Question(
        title=_("Declare an incident"),
        verb=_("It is out"),
        foresight=_("Who is under it?"),
        form=form,
        units={"min_minutes": _("minutes")},
        back=_("Incidents"),
        back_href=reverse("console:incidents"),
    )

    def foresee() -> str:
        reach = reach_of(**form.place(), at=form.cleaned_data["starts_at"])
        words = ngettext("%s service hangs under it", "%s services hang under it", reach.services)
        words = words % reach.services
        return f"{words}: {', '.join(reach.names)}{'…' if reach.customers > len(reach.names) else ''}"

    def act() -> str:
        number = declare_incident(
            starts_at=form.cleaned_data["starts_at"],
            cause=form.cleaned_data["cause"],
            credit=form.rule(),
            now=timezone.now(),
            actor=staff(request).actor,
            **form.place(),
        )
        return _("Incident %s is declared. Who is under it is told so in the portal.") % number

    return ask(request, question, act, foresee)


@requires(Permission.MANAGE_NETWORK)
@ASKING
def incident_over(request: HttpRequest, number: int) -> HttpResponse:
    one = _found(number)
    form = Over(request.POST or None)
    question = Question(
        title=_("%s works again") % one.place,
        words=_("Everybody's minutes are measured, and what its rule gives back is proposed."),
        verb=_("It is over"),
        form=form,
        back=one.cause,
        back_href=reverse("console:incident", args=[number]),
    )

    def act() -> str:
        end_incident(
            incident_id=number,
            ends_at=form.cleaned_data["ends_at"],
            now=timezone.now(),
            actor=staff(request).actor,
            grants=False,
        )
        return _("Incident %s is over.") % number

    return ask(request, question, act)


@requires(Permission.CORRECT_DOCUMENTS)
@ASKING
def grant_credit(request: HttpRequest, number: int) -> HttpResponse:
    one = _found(number)
    form = GiveCredit(request.POST or None, may_refund=staff(request).may(Permission.REFUND_PAYMENTS))
    question = Question(
        title=_("Give credit for incident %s") % number,
        words=_("What is given back: %s. A refund above what goes back by itself waits for another person.")
        % _rule(one.credit),
        verb=_("Give credit"),
        form=form,
        back=one.cause,
        back_href=reverse("console:incident", args=[number]),
    )

    def act() -> str:
        credited = decide_credit(
            incident_id=number,
            grants=True,
            refunds=form.cleaned_data["how"] == "refund",
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return ngettext("%s service is given credit.", "%s services are given credit.", credited) % credited

    return ask(request, question, act)


@requires(Permission.CORRECT_DOCUMENTS)
@ASKING
def decline_credit(request: HttpRequest, number: int) -> HttpResponse:
    one = _found(number)
    question = Question(
        title=_("No credit for incident %s") % number,
        words=_("Nobody gets anything back for it, for good."),
        verb=_("No credit"),
        is_danger=True,
        form=confirmed(request),
        back=one.cause,
        back_href=reverse("console:incident", args=[number]),
    )

    def act() -> str:
        decide_credit(incident_id=number, grants=False, now=timezone.now(), actor=staff(request).actor)
        return _("Nothing is given back for it.")

    return ask(request, question, act)


def _found(number: int) -> register.IncidentRead:
    try:
        return register.incident_numbered(number)
    except IncidentInvalid as unknown:
        raise Http404(str(unknown)) from unknown


def _rule(credit: Any) -> str:
    if not credit:
        return _("nothing")
    if steps := credit.get("steps"):
        shares = [
            _("%(percent)s %% from %(minutes)s minutes on")
            % {"percent": step["percent"], "minutes": step["from_minutes"]}
            for step in steps
        ]
        words = _("of the period's price %s") % ", ".join(shares)
    elif credit["per"] == "day":
        words = _("a day's price for each day begun")
    else:
        words = _("an hour's price for each hour begun")
    if credit.get("multiple"):
        words = _("%(count)s times %(rule)s") % {"count": credit["multiple"], "rule": words}
    if credit.get("min_minutes"):
        words = _("%(rule)s, nothing for less than %(minutes)s minutes") % {
            "rule": words,
            "minutes": credit["min_minutes"],
        }
    return words


def _row(one: register.IncidentRead) -> tuple[object, ...]:
    ended = one.ends_at.astimezone(UTC).isoformat() if one.ends_at else ""
    minutes = "" if one.duration is None else one.duration
    return (one.id, one.place, one.cause, one.starts_at.astimezone(UTC).isoformat(), ended, minutes,
            one.subscriptions, one.minutes, one.credited, one.decision)  # fmt: skip
