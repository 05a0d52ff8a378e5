"""Settings: who bills, taxes, conventions, what is set up around; each says its effect and who changed it last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings as config
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.accounts.operations.mail_test import send_test
from broadbill.accounts.operations.provider import change_provider
from broadbill.accounts.queries.provider import current_provider
from broadbill.billing.queries.series import series_in_use
from broadbill.catalog.operations.policy import set_policy
from broadbill.catalog.queries.policy import current_policy
from broadbill.console import settings_forms as forms
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.identity.queries.users import names_of
from broadbill.kernel.queries.events import EventRead, latest_of_verbs
from broadbill.payments.queries.gateways import gateways
from broadbill.reports.queries.first_steps import first_steps
from broadbill.tax.operations.rates import end_rate, set_rate
from broadbill.tax.queries.rates import rates

ASKING = require_http_methods(["GET", "POST"])
CHANGES = requires(Permission.CHANGE_SETTINGS)
# The events that say that a part of the settings was changed.
VERBS = {
    "company": ("provider.changed",),
    "taxes": ("tax.rate_set", "tax.rate_ended"),
    "conventions": ("policy.set",),
}


@CHANGES
@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    policy = current_policy()
    context = {
        "provider": current_provider(),
        "changed": _changed(),
        "today": timezone.localdate(),
        "rates": rates(),
        "conventions": _said(policy),
        "series": series_in_use(),
        "has_documents": bool(first_steps().documents),
        "mail_host": getattr(config, "EMAIL_HOST", "") if "smtp" in config.EMAIL_BACKEND else "",
        "mail_from": config.DEFAULT_FROM_EMAIL,
        "public_url": config.PUBLIC_URL,
        "gateways": gateways(),
    }
    return render(request, "console/settings/page.html", context)


@CHANGES
@ASKING
def company(request: HttpRequest) -> HttpResponse:
    return _provider(
        request,
        forms.Company,
        _("Company"),
        _("Documents issued from now on say so; those issued before stay as they are."),
    )


@CHANGES
@ASKING
def paying(request: HttpRequest) -> HttpResponse:
    words = _("Customers and documents there are already keep what they have.")
    return _provider(request, forms.Paying, _("Money and usual terms"), words)


@CHANGES
@ASKING
def look(request: HttpRequest) -> HttpResponse:
    words = _("Pages change at once, documents from the next one on.")

    def changes(given: Mapping[str, Any]) -> dict[str, Any]:
        logo = "" if given["keeps_no_logo"] else given["logo"]
        said = {"brand_hue": given["brand_hue"], "paper": given["paper"]}
        return said if logo is None else said | {"logo": logo}

    return _provider(request, forms.Look, _("Logo, colour and paper"), words, changes)


@CHANGES
@ASKING
def add_tax(request: HttpRequest) -> HttpResponse:
    form = forms.AddTax(request.POST or None)

    def act() -> str:
        given = form.cleaned_data
        last = given["last_day"]
        set_rate(
            name=given["name"],
            category=given["category"],
            percent=given["percent"],
            region=given["region"],
            inclusive=given["is_inclusive"],
            valid_from=given["starts_on"],
            valid_to=last + timedelta(days=1) if last else None,
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("%(name)s of %(percent)s %% holds.") % {
            "name": given["name"],
            "percent": given["percent"].normalize(),
        }

    words = _("Bills have it for charges of its category, on the days on which it holds.")
    return ask(request, _question(_("Add a tax"), _("Add tax"), form, words, units={"percent": "%"}), act)


@CHANGES
@ASKING
def end_tax(request: HttpRequest, number: int) -> HttpResponse:
    form = forms.EndTax(request.POST or None, today=timezone.localdate())

    def act() -> str:
        last = form.cleaned_data["last_day"]
        end_rate(
            rate_id=number, ends_on=last + timedelta(days=1), now=timezone.now(), actor=staff(request).actor
        )
        return _("The last day is set.")

    words = _("For another rate, end this one and add the new one from the next day on.")
    return ask(request, _question(_("End a tax rate"), _("Set the last day"), form, words, danger=True), act)


@CHANGES
@ASKING
def conventions(request: HttpRequest) -> HttpResponse:
    policy = current_policy()
    form = forms.Conventions(request.POST or None, policy=policy)

    def act() -> str:
        content = form.content()
        if content != policy:
            set_policy(content=content, now=timezone.now(), actor=staff(request).actor)
        return _("The conventions are set.")

    words = _(
        "What was billed before is looked at again by the next run, and differences are corrected: change conventions"
        " before the first bill."
    )
    return ask(request, _question(_("Billing conventions"), _("Set conventions"), form, words), act)


@CHANGES
@ASKING
def test_mail(request: HttpRequest) -> HttpResponse:
    form = forms.TestMail(request.POST or None, initial={"recipient": getattr(request.user, "email", "")})
    question = _question(
        _("Send a test message"), _("Send"), form, _("What becomes of it is shown in the outbox.")
    )

    def act() -> str:
        send_test(recipient=form.cleaned_data["recipient"], now=timezone.now())
        return _("The test is in the outbox.")

    return ask(request, question, act)


def _provider(
    request: HttpRequest,
    kind: type[Form],
    title: str,
    words: str,
    changes: Callable[[Mapping[str, Any]], dict[str, Any]] = dict,
) -> HttpResponse:
    """A part of the provider's details, saved as far as it was changed."""
    current = current_provider()
    initial = {name: getattr(current, name, "") for name in kind.base_fields if name != "logo"}
    form = kind(request.POST or None, request.FILES or None, initial=initial)

    def act() -> str:
        said = changes(form.cleaned_data)
        changed = {key: value for key, value in said.items() if value != getattr(current, key)}
        if changed:
            change_provider(changes=changed, now=timezone.now(), actor=staff(request).actor)
        return _("Saved.")

    return ask(request, _question(title, _("Save"), form, words), act)


def _changed() -> dict[str, tuple[EventRead, str]]:
    """The last change of each part of the settings, and who made it. Two queries."""
    found = latest_of_verbs([verb for verbs in VERBS.values() for verb in verbs])
    names = names_of(
        {int(e.actor.removeprefix("user:")) for e in found.values() if e.actor.startswith("user:")}
    )
    changed = {}
    for part, verbs in VERBS.items():
        if events := [found[verb] for verb in verbs if verb in found]:
            last = max(events, key=lambda event: event.id)
            person = last.actor.removeprefix("user:")
            changed[part] = (last, names.get(int(person), last.actor) if person.isdigit() else last.actor)
    return changed


def _said(policy: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """The conventions in words, the billing day first."""
    day = policy.get("anchor", {}).get("day", 1)
    billing_day = dict(forms.BILLING_DAYS)[str(day)]
    return [
        (_("Billing day"), billing_day),
        *(
            (title, values[policy.get(key, next(iter(values)))])
            for key, (title, values) in forms.CONVENTIONS.items()
        ),
    ]


def _question(
    title: str,
    verb: str,
    form: Form,
    words: str = "",
    *,
    units: dict[str, str] | None = None,
    danger: bool = False,
) -> Question:
    return Question(
        title=title,
        words=words,
        verb=verb,
        form=form,
        back=_("Settings"),
        back_href=reverse("console:settings"),
        units=units or {},
        is_danger=danger,
    )
