"""Changing what a customer subscribes to."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadbill.catalog.queries.plan_list import plans_on_sale
from broadbill.console import forms
from broadbill.console.foresight import foreseen
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.contracts.operations import changes
from broadbill.contracts.queries.subscriptions import SubscriptionRead, subscription_by_id
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

ASKING = require_http_methods(["GET", "POST"])
CHANGES = requires(Permission.CHANGE_SUBSCRIPTIONS)


@CHANGES
@ASKING
def change_plan(request: HttpRequest, number: str, subscription: int) -> HttpResponse:
    today = timezone.localdate()
    found = find_service(number, subscription)
    plans = [
        (plan.code, plan.name)
        for plan in plans_on_sale(currency=found.currency.code, on=today)
        if plan.code != found.plan
    ]
    form = forms.ChangePlan(request.POST or None, plans=plans, today=today)
    question = Question(
        title=_("Change the plan"),
        words=_("Now: %s. The next invoice credits what is not used and charges the new plan by the day.")
        % found.plan_name,
        verb=_("Change plan"),
        form=form,
        back=number,
        back_href=_page(number),
    )

    def act() -> str:
        given = form.cleaned_data
        changes.change_plan(
            subscription_id=found.id,
            plan=given["plan"],
            on=given["on"],
            when=given["when"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("The plan changes to %s.") % dict(plans)[given["plan"]]

    def foresee() -> str:
        given = form.cleaned_data
        detail = {"plan": given["plan"], "when": given["when"]}
        return foreseen(found, kind="change_plan", on=given["on"], detail=detail, today=today)

    return ask(request, question, act, foresee)


@CHANGES
@ASKING
def suspend(request: HttpRequest, number: str, subscription: int) -> HttpResponse:
    today = timezone.localdate()
    found = find_service(number, subscription)
    form = forms.Suspend(request.POST or None, today=today)
    question = Question(
        title=_("Suspend %s") % found.plan_name,
        words=_("The service stops on the day below, until somebody resumes it."),
        verb=_("Suspend service"),
        is_danger=True,
        form=form,
        back=number,
        back_href=_page(number),
    )

    def act() -> str:
        given = form.cleaned_data
        changes.suspend(
            subscription_id=found.id,
            on=given["on"],
            billing=given["billing"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("%s is suspended.") % found.plan_name

    def foresee() -> str:
        given = form.cleaned_data
        detail = {"billing": given["billing"]}
        return foreseen(found, kind="suspend", on=given["on"], detail=detail, today=today)

    return ask(request, question, act, foresee)


@CHANGES
@ASKING
def resume(request: HttpRequest, number: str, subscription: int) -> HttpResponse:
    today = timezone.localdate()
    found = find_service(number, subscription)
    form = forms.OnDay(request.POST or None, today=today)
    question = Question(
        title=_("Resume %s") % found.plan_name,
        words=_("The day of resuming is charged."),
        verb=_("Resume service"),
        form=form,
        back=number,
        back_href=_page(number),
    )

    def act() -> str:
        changes.resume(
            subscription_id=found.id,
            on=form.cleaned_data["on"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("%s runs again.") % found.plan_name

    def foresee() -> str:
        return foreseen(found, kind="resume", on=form.cleaned_data["on"], today=today)

    return ask(request, question, act, foresee)


@CHANGES
@ASKING
def cancel(request: HttpRequest, number: str, subscription: int) -> HttpResponse:
    today = timezone.localdate()
    found = find_service(number, subscription)
    form = forms.Cancel(request.POST or None, today=today)
    question = Question(
        title=_("Cancel %s") % found.plan_name,
        words=_("The subscription ends. What is paid beyond its end comes back as a credit note."),
        verb=_("Cancel subscription"),
        is_danger=True,
        form=form,
        back=number,
        back_href=_page(number),
    )

    def act() -> str:
        given = form.cleaned_data
        changes.cancel(
            subscription_id=found.id,
            on=given["on"],
            when=given["when"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("%s is cancelled.") % found.plan_name

    def foresee() -> str:
        given = form.cleaned_data
        return foreseen(found, kind="cancel", on=given["on"], detail={"when": given["when"]}, today=today)

    return ask(request, question, act, foresee)


def find_service(number: str, subscription: int) -> SubscriptionRead:
    """A customer's service. Raises: Http404."""
    found = subscription_by_id(subscription_id=subscription, as_of=timezone.localdate())
    if found is None or found.account != number:
        raise Http404
    return found


def _page(number: str) -> str:
    return reverse("console:customer", args=[number])
