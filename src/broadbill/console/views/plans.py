"""Plans: what is sold and for how much, who has it; copying, pricing, offering, retiring and replacing one."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.catalog.domain.errors import PriceIsNotOneFigure
from broadbill.catalog.domain.figure import figure_of, with_figure
from broadbill.catalog.domain.offering import Offering
from broadbill.catalog.operations.offering import offer_plan
from broadbill.catalog.operations.plan_life import copy_plan, retire_plan
from broadbill.catalog.operations.plans import set_price
from broadbill.catalog.queries.plan_list import plans_on_sale
from broadbill.catalog.queries.price_list import PlanPrices, plan_prices, price_in_force, price_list
from broadbill.console import plan_forms as forms
from broadbill.console.exports import list_file, wants_file
from broadbill.console.plan_words import CHARGE_TYPES, PRICE_MODELS
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.contracts.operations.replace_plan import (
    ReplaceRequest,
    preview_replacement,
    replace_plan_later,
)
from broadbill.contracts.queries.plan_holders import subscriptions_on_plan
from broadbill.contracts.queries.service_counts import services_of_plans
from broadbill.core.rating import ScenarioError
from broadbill.design.formats import locale_of, money_text
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

ASKING = require_http_methods(["GET", "POST"])
CHANGES = requires(Permission.CHANGE_CATALOG)
# A preview rates every customer twice; more than these are tried by the command, which may take its time.
MOST_PREVIEWED = 2_000
COLUMNS = {
    "code": "code",
    "name": "name",
    "currency": "currency",
    "retired_on": "retired_on",
    "replaced_by": "replaced_by",
    "prepaid": "prepaid",
}


@requires(Permission.VIEW_CATALOG)
@require_GET
def plans(request: HttpRequest) -> HttpResponseBase:
    if wants_file(request):
        return list_file("plans", price_list(as_of=timezone.localdate()), COLUMNS)
    today, wanted = timezone.localdate(), request.GET.get("view", "")
    listed = price_list(as_of=today)
    holders = services_of_plans([plan.id for plan in listed], on=today)
    retired = [plan for plan in listed if _is_retired(plan, today)]
    shown = retired if wanted == "retired" else [plan for plan in listed if plan not in retired]
    context = {
        "rows": [(plan, holders[plan.id]) for plan in shown],
        "view": "retired" if wanted == "retired" else "sale",
        "may_change": staff(request).may(Permission.CHANGE_CATALOG),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/plans/list.html{part}", context)


@requires(Permission.VIEW_CATALOG)
@require_GET
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """Its charges with their prices of yesterday and tomorrow, and how many have it."""
    today = timezone.localdate()
    found = plan_prices(code, as_of=today)
    context = {
        "plan": found,
        "holders": services_of_plans([found.id], on=today)[found.id],
        "is_retired": _is_retired(found, today),
        "charge_types": CHARGE_TYPES,
        "price_models": PRICE_MODELS,
        "may_change": staff(request).may(Permission.CHANGE_CATALOG),
    }
    return render(request, "console/plans/page.html", context)


@CHANGES
@ASKING
def copy(request: HttpRequest, code: str) -> HttpResponse:
    today = timezone.localdate()
    found = plan_prices(code, as_of=today)
    form = forms.CopyPlan(request.POST or None, name=found.name, charges=found.charges)
    question = Question(
        title=_("Copy %s") % found.name,
        words=_("A new plan with the same charges. Nobody has it yet."),
        verb=_("Make the copy"),
        form=form,
        back=found.name,
        back_href=_page(code),
    )

    def act() -> str:
        given = form.cleaned_data
        copy_plan(
            code=code,
            new_code=given["code"],
            name=given["name"],
            prices=form.prices,
            on=today,
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("%(plan)s is a plan of its own, coded %(code)s.") % {
            "plan": given["name"],
            "code": given["code"],
        }

    return ask(request, question, act)


@CHANGES
@ASKING
def price(request: HttpRequest, code: str) -> HttpResponse:
    today = timezone.localdate()
    found = plan_prices(code, as_of=today)
    choices = [
        (charge.code, f"{charge.name or charge.code}: {figure}")
        for charge in found.charges
        if (figure := figure_of(charge.model)) is not None
    ]
    form = forms.SetPrice(request.POST or None, charges=choices, today=today)
    question = Question(
        title=_("New price in %s") % found.name,
        words=_("What was agreed with a customer stays as it is."),
        verb=_("Set the price"),
        form=form,
        back=found.name,
        back_href=_page(code),
        units={"amount": found.currency},
    )

    def act() -> str:
        given = form.cleaned_data
        before = price_in_force(plan=code, charge=given["charge"], as_of=given["starts_on"]).model
        model = with_figure(before, given["amount"])
        if model is None:
            raise PriceIsNotOneFigure(plan=code, charge=given["charge"])
        set_price(
            plan=code,
            charge=given["charge"],
            model=model,
            starts_on=given["starts_on"],
            for_new=given["whose"] == "new",
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("The price is set.")

    def foresee() -> str:
        given = form.cleaned_data
        holders = subscriptions_on_plan(code, on=given["starts_on"])
        if given["whose"] == "new":
            return ngettext(
                "%(n)s service was there before and keeps its price.",
                "%(n)s services were there before and keep their price.",
                holders,
            ) % {"n": holders}
        return ngettext(
            "%(n)s service gets the new price, unless one was agreed for it.",
            "%(n)s services get the new price, except those for which one was agreed.",
            holders,
        ) % {"n": holders}

    return ask(request, question, act, foresee)


@CHANGES
@ASKING
def offer(request: HttpRequest, code: str) -> HttpResponse:
    found = plan_prices(code, as_of=timezone.localdate())
    offering = found.offering
    form = forms.OfferPlan(
        request.POST or None, first={"kind": offering.kind, "when": offering.when, "most": offering.most}
    )
    question = Question(
        title=_("%s in the portal") % found.name,
        words=_("Customers see what it comes to before they agree. Who has it keeps it."),
        verb=_("Save"),
        form=form,
        back=found.name,
        back_href=_page(code),
    )

    def act() -> str:
        given = form.cleaned_data
        asked = Offering(kind=given["kind"], when=given["when"], most=given["most"])
        offer_plan(code=code, offering=asked, now=timezone.now(), actor=staff(request).actor)
        return _("The portal shows %s as you said.") % found.name

    return ask(request, question, act)


@CHANGES
@ASKING
def retire(request: HttpRequest, code: str) -> HttpResponse:
    today = timezone.localdate()
    found = plan_prices(code, as_of=today)
    form = forms.RetirePlan(request.POST or None, today=today)
    question = Question(
        title=_("Retire %s") % found.name,
        words=_("It is not sold any more from that day on, not even as a change. Who has it keeps it."),
        verb=_("Retire plan"),
        is_danger=True,
        form=form,
        back=found.name,
        back_href=_page(code),
    )

    def act() -> str:
        retire_plan(code=code, on=form.cleaned_data["on"], now=timezone.now(), actor=staff(request).actor)
        return _("%s is withdrawn.") % found.name

    return ask(request, question, act)


@CHANGES
@ASKING
def replace(request: HttpRequest, code: str) -> HttpResponse:
    """Move everyone to another plan. What it comes to is told before; the moving is background work."""
    today = timezone.localdate()
    found = plan_prices(code, as_of=today)
    others = [
        (one.code, f"{one.name} ({one.code})")
        for one in plans_on_sale(currency=found.currency, on=today)
        if one.code != code
    ]
    form = forms.ReplacePlan(request.POST or None, plans=others, starts=_month_after(today))
    question = Question(
        title=_("Replace %s") % found.name,
        words=_(
            "It is not sold any more from today. Everyone who has it moves, and gets a letter with both prices."
        ),
        verb=_("Move everyone"),
        is_danger=True,
        form=form,
        back=found.name,
        back_href=_page(code),
    )

    def asked() -> ReplaceRequest:
        given = form.cleaned_data
        return ReplaceRequest(
            plan=code,
            successor=given["successor"],
            starts=given["starts_on"],
            notice_days=given["notice_days"],
            without_notice=given["without_notice"],
            actor=staff(request).actor,
        )

    def act() -> str:
        replace_plan_later(request=asked(), today=today)
        return _("Customers are being moved, and their letters written. You can leave this page.")

    def foresee() -> str:
        return _foreseen(asked(), today)

    return ask(request, question, act, foresee)


def _foreseen(request: ReplaceRequest, today: date) -> str:
    holders = subscriptions_on_plan(request.plan, on=request.starts)
    if holders > MOST_PREVIEWED:
        return _(
            "%(n)s services move. For so many, “broadbill plan replace … --dry-run” tells what it comes to."
        ) % {"n": holders}
    try:
        found = preview_replacement(request=request, today=today)
    except ScenarioError as error:
        return _("It cannot be worked out: %(why)s") % {"why": error}
    locale = locale_of(get_language() or "en")
    moved = ngettext(
        "%(n)s service of %(customers)s customers moves.",
        "%(n)s services of %(customers)s customers move.",
        found.subscriptions,
    ) % {"n": found.subscriptions, "customers": found.customers}
    revenue = _(
        "Recurring revenue a month, before tax: %(after)s %(currency)s instead of %(before)s; "
        "%(agreed)s keep an agreed price."
    ) % {
        "after": money_text(found.revenue_after, locale),
        "before": money_text(found.revenue_before, locale),
        "currency": found.currency.code,
        "agreed": found.keep_agreed,
    }
    return f"{moved} {revenue}"


def _is_retired(plan: PlanPrices, today: date) -> bool:
    return plan.retired_on is not None and plan.retired_on <= today


def _month_after(today: date) -> date:
    """The first of a month that leaves 30 days' notice."""
    return (today + timedelta(days=30 + 31)).replace(day=1)


def _page(code: str) -> str:
    return reverse("console:plan", args=[code])
