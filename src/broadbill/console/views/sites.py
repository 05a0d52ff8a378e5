"""Sites with their devices, and access servers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel import Locale
from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.console.network_forms import VENDORS, SetDevice, SetServer, SetSite
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.design.charts import Column, Mark
from broadbill.design.formats import day_full, locale_of, octets_text
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.network.operations.nas import change_nas, set_nas
from broadbill.network.operations.sites import set_device, set_site
from broadbill.network.queries.servers import access_servers
from broadbill.network.queries.site_traffic import TrafficOfDay, traffic_of_site
from broadbill.network.queries.under import devices_read, sites_with_devices

TRAFFIC_DAYS, LABEL_EVERY_DAYS, OCTETS_PER_GB = 30, 7, 10**9
ASKING = require_http_methods(["GET", "POST"])


@requires(Permission.VIEW_NETWORK)
@require_GET
def sites(request: HttpRequest) -> HttpResponse:
    context = {
        "sites": sites_with_devices(),
        "devices": devices_read(),
        "servers": access_servers(),
        "vendors": VENDORS,
        "may_change": staff(request).may(Permission.MANAGE_NETWORK),
    }
    return render(request, "console/network/sites.html", context)


@requires(Permission.VIEW_NETWORK)
@require_GET
def traffic(request: HttpRequest, code: str) -> HttpResponse:
    site = _known({site.code: site for site in sites_with_devices()}, code)
    today, locale = timezone.localdate(), locale_of(get_language() or "en")
    days = traffic_of_site(
        site=code, starts=today - timedelta(days=TRAFFIC_DAYS - 1), ends=today + timedelta(days=1)
    )
    context = {
        "site": site,
        "days": days,
        "columns": _columns({one.day: one for one in days}, today, locale),
        "down_octets": sum(one.down_octets for one in days),
        "up_octets": sum(one.up_octets for one in days),
    }
    return render(request, "console/network/traffic.html", context)


def _columns(days: dict[date, TrafficOfDay], today: date, locale: Locale) -> list[Column]:
    """A column for each day, in GB."""
    columns = []
    for back in reversed(range(TRAFFIC_DAYS)):
        day = today - timedelta(days=back)
        one = days.get(day, TrafficOfDay(day, 0, 0))
        marks = tuple(
            Mark(Decimal(octets) / OCTETS_PER_GB, octets_text(octets, locale))
            for octets in (one.down_octets, one.up_octets)
        )
        label = str(day.day) if back % LABEL_EVERY_DAYS == 0 else ""
        columns.append(Column(label, day_full(day, locale), marks, partial=not back))
    return columns


@requires(Permission.MANAGE_NETWORK)
@ASKING
def set_one_site(request: HttpRequest, code: str = "") -> HttpResponse:
    """Add a site, or change the one of that code."""
    found = {site.code: site for site in sites_with_devices()}
    own = _known(found, code)
    first = {"code": own.code, "name": own.name, "parent": own.parent} if own else {}
    others = [other for other in found if other != code]
    form = SetSite(request.POST or None, first=first, sites=others, is_new=own is None)
    title = _("Change %s") % own.name if own else _("Add a site")
    return _asked(request, title, form, lambda told, who: set_site(**told, now=timezone.now(), actor=who))


@requires(Permission.MANAGE_NETWORK)
@ASKING
def set_one_device(request: HttpRequest, code: str = "") -> HttpResponse:
    """Add a device, or change the one of that code."""
    found = {device.code: device for device in devices_read()}
    own = _known(found, code)
    first = {"code": own.code, "site": own.site, "nas": own.nas, "uplink": own.uplink} if own else {}
    form = SetDevice(
        request.POST or None,
        first=first,
        sites=[site.code for site in sites_with_devices()],
        servers=[server.name for server in access_servers()],
        devices=[other for other in found if other != code],
        is_new=own is None,
    )
    title = _("Change %s") % code if own else _("Add a device")
    return _asked(request, title, form, lambda told, who: set_device(**told, now=timezone.now(), actor=who))


@requires(Permission.MANAGE_NETWORK)
@ASKING
def set_server(request: HttpRequest, name: str = "") -> HttpResponse:
    """Add an access server, or change the one of that name."""
    own = _known({server.name: server for server in access_servers()}, name)
    told = ("name", "address", "vendor", "site", "coa_port")
    first = {key: getattr(own, key) for key in told} if own else {}
    form = SetServer(request.POST or None, first=first, is_new=own is None)
    title = _("Change %s") % name if own else _("Add an access server")
    act = change_nas if own else set_nas
    return _asked(request, title, form, lambda told, who: act(**told, now=timezone.now(), actor=who))


def _known(found: dict[str, Any], code: str) -> Any:
    """What has the code; None where none is asked for."""
    if not code:
        return None
    if code not in found:
        raise Http404(code)
    return found[code]


def _asked(
    request: HttpRequest, title: str, form: forms.Form, act: Callable[[dict[str, Any], str], Any]
) -> HttpResponse:
    question = Question(
        title=title, verb=_("Save"), form=form, back=_("Sites"), back_href=reverse("console:sites")
    )

    def done() -> str:
        act(form.cleaned_data, staff(request).actor)
        return _("Saved.")

    return ask(request, question, done)
