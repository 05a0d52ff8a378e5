"""Watched devices: how each stands and since when, how it answered, what its interfaces carried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_datetime
from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.console.device_forms import MergeInto, ReadInterface, SetPolicy, WatchDevice
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.design.charts import Column, Mark
from broadbill.design.formats import locale_of
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.network.operations.monitoring_policy import set_monitoring_policy
from broadbill.network.operations.review import confirm_detection, dismiss_detection, merge_detection
from broadbill.network.operations.watching import read_interface, unwatch_device, watch_device
from broadbill.network.queries.incidents import incidents
from broadbill.network.queries.metered_lines import counter_gaps
from broadbill.network.queries.monitoring import (
    Answered,
    RateRead,
    answers_of,
    interfaces_of,
    monitoring_policy,
    rates_of,
    watched_devices,
)
from broadbill.network.queries.under import devices_read

ASKING = require_http_methods(["GET", "POST"])
DEVICES_SHOWN, GAPS_SHOWN, INTERFACES_CHARTED, INCIDENTS_OFFERED = 200, 20, 8, 100
STATES = {
    "down": (_lazy("Down"), "bad", "circle-x"),
    "back": (_lazy("Coming back"), "warn", "clock"),
    "failing": (_lazy("Silent"), "warn", "clock"),
    "up": (_lazy("Up"), "good", "circle-check"),
    "unknown": (_lazy("Not known"), "", "circle-question-mark"),
}
REASONS = {
    "missed": _lazy("not read in time"),
    "restarted": _lazy("the device began anew"),
    "reset": _lazy("its counters began anew"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """So many columns of a chart, each of `step`; every so many has a label in that pattern."""

    title: object
    columns: int
    step: timedelta
    label_every: int
    pattern: str


SPANS = {
    "day": Span(_lazy("Day"), 48, timedelta(minutes=30), 8, "HH:mm"),
    "week": Span(_lazy("Week"), 56, timedelta(hours=3), 8, "EEE d"),
    "month": Span(_lazy("Month"), 60, timedelta(hours=12), 10, "d MMM"),
}


@requires(Permission.VIEW_NETWORK)
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()
    context = {
        "rows": [(one, STATES[one.state]) for one in watched_devices(asked=asked, limit=DEVICES_SHOWN)],
        "asked": asked,
        "shown": DEVICES_SHOWN,
        "policy": monitoring_policy(),
        "may_change": staff(request).may(Permission.MANAGE_NETWORK),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/network/devices.html{part}", context)


@requires(Permission.VIEW_NETWORK)
@require_GET
def device(request: HttpRequest, code: str) -> HttpResponse:
    found = watched_devices(code) if code else []
    if not found:
        raise Http404(code)
    chosen = request.GET.get("span", "")
    span = SPANS.get(chosen, SPANS["day"])
    starts, ends = _bounds(span, timezone.localtime())
    # date_bin in PostgreSQL and the columns here count from the same beginning.
    width = f"{int(span.step.total_seconds())} seconds"
    told = answers_of(device=code, starts=starts, ends=ends, width=width)
    rates = rates_of(device=code, starts=starts, ends=ends, width=width)
    interfaces = interfaces_of(code)
    context = {
        "one": found[0],
        "state": STATES[found[0].state],
        "spans": SPANS,
        "span": chosen if chosen in SPANS else "day",
        "answers": told,
        "sent": sum(one.sent for one in told),
        "lost_percent": _lost_percent(told),
        "trips": _columns(span, starts, {one.at: one for one in told}, _trip_marks),
        "losses": _columns(span, starts, {one.at: one for one in told}, _loss_marks),
        "interfaces": interfaces,
        "charts": _rate_charts(span, starts, rates),
        "gaps": counter_gaps(limit=GAPS_SHOWN, device=code),
        "reasons": REASONS,
        "may_change": staff(request).may(Permission.MANAGE_NETWORK),
    }
    return render(request, "console/network/device.html", context)


def _bounds(span: Span, now: datetime) -> tuple[datetime, datetime]:
    """From which instant to which: whole steps of the provider's clock, the last one not over yet."""
    midnight = timezone.make_aware(datetime.combine(now.date(), time()))
    steps = int((now - midnight) / span.step) + 1
    ends = midnight + steps * span.step
    return (ends - span.columns * span.step).astimezone(UTC), ends.astimezone(UTC)


def _columns(
    span: Span, starts: datetime, rows: dict[datetime, Any], marks: Callable[[Any], tuple[Mark, ...]]
) -> list[Column]:
    """A column for each step, whether anything is known of it or not."""
    locale, columns = locale_of(get_language() or "en"), []
    for number in range(span.columns):
        at = starts + number * span.step
        local = timezone.localtime(at)
        label = format_datetime(local, span.pattern, tzinfo=local.tzinfo, locale=locale)
        long_label = format_datetime(local, "EEE d MMM HH:mm", tzinfo=local.tzinfo, locale=locale)
        columns.append(
            Column(
                label if number % span.label_every == 0 else "",
                long_label,
                marks(rows.get(at)),
                partial=number == span.columns - 1,
            )
        )
    return columns


def _trip_marks(one: Answered | None) -> tuple[Mark, ...]:
    if one is None or not one.answered:
        return (Mark(Decimal(0), _("no answer") if one else _("not asked")),)
    mean = Decimal(one.round_trip_us) / one.answered / 1000
    words = _("%(mean)s ms, at most %(worst)s ms")
    return (Mark(mean, words % {"mean": f"{mean:.1f}", "worst": f"{one.worst_us / 1000:.1f}"}),)


def _loss_marks(one: Answered | None) -> tuple[Mark, ...]:
    if one is None:
        return (Mark(Decimal(0), _("not asked")),)
    lost = Decimal(one.sent - one.answered) * 100 / one.sent
    return (Mark(lost, _("%(percent)s %% of %(sent)s") % {"percent": f"{lost:.0f}", "sent": one.sent}),)


def _lost_percent(rows: list[Answered]) -> str:
    sent = sum(one.sent for one in rows)
    lost = sent - sum(one.answered for one in rows)
    return f"{Decimal(lost) * 100 / sent:.1f}" if sent else ""


def _rate_charts(span: Span, starts: datetime, rates: list[RateRead]) -> list[tuple[str, list[Column]]]:
    """The first interfaces by name, each with what came in and went out in Mbit/s."""
    by_name: dict[str, dict[datetime, RateRead]] = {}
    for rate in rates:
        by_name.setdefault(rate.interface, {})[rate.at] = rate
    return [
        (name, _columns(span, starts, rows, _rate_marks))
        for name, rows in list(by_name.items())[:INTERFACES_CHARTED]
    ]


def _rate_marks(one: RateRead | None) -> tuple[Mark, ...]:
    if one is None:
        return (Mark(Decimal(0), _("not read")),) * 2
    kbps = (one.in_kbps, one.out_kbps)
    return tuple(Mark(Decimal(each) / 1000, f"{Decimal(each) / 1000:,.1f} Mbit/s") for each in kbps)


@requires(Permission.MANAGE_NETWORK)
@ASKING
def watch(request: HttpRequest, code: str = "") -> HttpResponse:
    """Watch a device, or change how."""
    known = {one.code: one for one in watched_devices()}
    if code and code not in known:
        raise Http404(code)
    own = known.get(code)
    first = {"device": own.code, "address": own.address, "pings": own.pings, "snmp": own.snmp} if own else {}
    choices = [code] if own else [one.code for one in devices_read() if one.code not in known]
    form = WatchDevice(request.POST or None, first=first, devices=choices)
    question = Question(
        title=_("How %s is watched") % code if own else _("Watch a device"),
        words=_("It is asked every minute; with SNMP, its interfaces are read every five.")
        + (
            " " + _("Its community or passwords are never shown: give them anew.") if own and own.snmp else ""
        ),
        verb=_("Watch"),
        form=form,
        back=_("Devices"),
        back_href=reverse("console:devices"),
    )

    def act() -> str:
        told = form.cleaned_data
        watch_device(
            device=told["device"],
            address=told["address"],
            pings=told["pings"],
            snmp=form.access(),
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("%s is watched.") % told["device"]

    return ask(request, question, act)


@requires(Permission.MANAGE_NETWORK)
@ASKING
def unwatch(request: HttpRequest, code: str) -> HttpResponse:
    question = Question(
        title=_("Watch %s no longer") % code,
        words=_("What was seen stays on record. An incident that goes on stays open."),
        verb=_("Watch no longer"),
        is_danger=True,
        form=confirmed(request),
        back=_("Devices"),
        back_href=reverse("console:devices"),
    )

    def act() -> str:
        unwatch_device(device=code, now=timezone.now(), actor=staff(request).actor)
        return _("%s is watched no longer.") % code

    return ask(request, question, act)


@requires(Permission.MANAGE_NETWORK)
@ASKING
def add_interface(request: HttpRequest, code: str) -> HttpResponse:
    form = ReadInterface(request.POST or None)
    question = Question(
        title=_("Read an interface of %s") % code,
        verb=_("Read it"),
        form=form,
        back=code,
        back_href=reverse("console:device", args=[code]),
    )

    def act() -> str:
        name = form.cleaned_data["interface"]
        read_interface(device=code, interface=name, now=timezone.now(), actor=staff(request).actor)
        return _("%s is read every five minutes.") % name

    return ask(request, question, act)


@requires(Permission.MANAGE_NETWORK)
@ASKING
def policy(request: HttpRequest) -> HttpResponse:
    form = SetPolicy(request.POST or None, policy=monitoring_policy())
    question = Question(
        title=_("When silence is an incident"),
        verb=_("Save"),
        form=form,
        units={name: _("minutes") for name in ("down_after_minutes", "up_after_minutes", "min_minutes")},
        back=_("Devices"),
        back_href=reverse("console:devices"),
    )

    def act() -> str:
        told = form.cleaned_data
        set_monitoring_policy(
            down_after_minutes=told["down_after_minutes"],
            up_after_minutes=told["up_after_minutes"],
            credit=form.rule(),
            reference=told["reference"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("The policy holds from now on.")

    return ask(request, question, act)


@requires(Permission.MANAGE_NETWORK)
@ASKING
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    question = _about(
        request, number, _("It was an outage"), _("Its credit is decided as for any other."), _("Confirm")
    )

    def act() -> str:
        confirm_detection(incident_id=number, now=timezone.now(), actor=staff(request).actor)
        return _("Incident %s is confirmed.") % number

    return ask(request, question, act)


@requires(Permission.MANAGE_NETWORK)
@ASKING
def dismiss(request: HttpRequest, number: int) -> HttpResponse:
    words = _("Nobody was out and nothing is given back. The device opens no other before it has answered.")
    question = _about(request, number, _("A false alarm"), words, _("False alarm"), is_danger=True)

    def act() -> str:
        dismiss_detection(incident_id=number, now=timezone.now(), actor=staff(request).actor)
        return _("Incident %s was a false alarm.") % number

    return ask(request, question, act)


@requires(Permission.MANAGE_NETWORK)
@ASKING
def merge(request: HttpRequest, number: int) -> HttpResponse:
    others = [
        (str(one.id), f"{one.id} · {one.place}: {one.cause}")
        for one in incidents(limit=INCIDENTS_OFFERED)
        if one.ends_at is None and one.id != number
    ]
    form = MergeInto(request.POST or None, others=others)
    words = _("Whoever is under it is under the other, from the earlier beginning on.")
    question = _about(request, number, _("Part of another incident"), words, _("Merge"), form=form)

    def act() -> str:
        into = int(form.cleaned_data["into"])
        merge_detection(incident_id=number, into=into, now=timezone.now(), actor=staff(request).actor)
        return _("Incident %(number)s is part of %(into)s.") % {"number": number, "into": into}

    return ask(request, question, act)


def _about(
    request: HttpRequest,
    number: int,
    title: str,
    words: str,
    verb: str,
    *,
    form: forms.Form | None = None,
    is_danger: bool = False,
) -> Question:
    return Question(
        title=title,
        words=words,
        verb=verb,
        is_danger=is_danger,
        form=form or confirmed(request),
        back=_("Incident %s") % number,
        back_href=reverse("console:incident", args=[number]),
    )
