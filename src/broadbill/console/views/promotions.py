"""Promotions: what is given away, how often it was taken and by whom; making, pausing and ending one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.accounts.queries.find import accounts_numbered
from broadbill.accounts.queries.provider import current_provider
from broadbill.catalog.domain.promotion import Promotion
from broadbill.catalog.operations.coupons import add_coupon
from broadbill.catalog.operations.promotions import (
    define_promotion,
    end_promotion,
    go_on_with_promotion,
    pause_promotion,
)
from broadbill.catalog.queries.price_list import PlanPrices, price_list
from broadbill.catalog.queries.promotions import (
    PromotionRead,
    promotion_coded,
    promotion_page,
    referral_promotion,
)
from broadbill.console import promotion_forms as forms
from broadbill.console.exports import ROWS_AT_A_TIME, every_row, list_file, wants_file
from broadbill.console.promotion_words import STATES, conditions, gives
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.contracts.operations.referrals import refer as write_down
from broadbill.contracts.queries.redemptions import taker_page
from broadbill.contracts.queries.referrals import referral_page
from broadbill.core.money import Currency
from broadbill.design.formats import locale_of
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

ASKING = require_http_methods(["GET", "POST"])
CHANGES = requires(Permission.CHANGE_CATALOG)
COLUMNS = {
    "code": "terms.code",
    "name": "terms.name",
    "kind": "terms.kind",
    "limit": "terms.limit",
    "redeemed": "redeemed",
    "is_paused": "is_paused",
}


@requires(Permission.VIEW_CATALOG)
@require_GET
def promotions(request: HttpRequest) -> HttpResponseBase:
    if wants_file(request):
        return list_file("promotions", every_row(promotion_page, key="before", size=ROWS_AT_A_TIME), COLUMNS)
    page = promotion_page(before=_after(request))
    context = {
        "page": page,
        "rows": [told(one) for one in page.rows],
        "may_change": staff(request).may(Permission.CHANGE_CATALOG),
    }
    return render(request, f"console/promotions/list.html{_part(request)}", context)


@requires(Permission.VIEW_CATALOG)
@require_GET
def promotion(request: HttpRequest, code: str) -> HttpResponse:
    """What it gives, and who took it: by coupons, or by bringing customers."""
    found = promotion_coded(code)
    is_referral = found.terms.kind == "referral"
    takers = referral_page if is_referral else taker_page
    context = {
        **frame(request, found),
        "page": takers(promotion_id=found.id, before=_after(request)),
        "tab": "taken",
    }
    return render(request, f"console/promotions/page.html{_part(request)}", context)


@CHANGES
@ASKING
def make_discount(request: HttpRequest) -> HttpResponse:
    currency, plans = _usual_currency(), price_list(as_of=timezone.localdate())
    form = forms.MakeDiscount(
        request.POST or None, currency=currency, plans=_on_sale(plans), charges=_charges(plans)
    )
    question = Question(
        title=_("New promotion"),
        words=_("Customers take it by a coupon. What they took never changes, so look it over."),
        verb=_("Make promotion"),
        form=form,
        back=_("Promotions"),
        back_href=reverse("console:promotions"),
        units={"percent": "%", "amount": currency.code},
    )

    def act() -> str:
        given = form.cleaned_data
        amount = given["amount"]
        benefit = {
            "percent": None if given["percent"] is None else f"{given['percent']:f}",
            "amount": None if amount is None else str(amount),
            "charges": given["charges"] or None,
            "periods": given["periods"],
        }
        terms = Promotion(
            code=given["code"],
            name=given["name"],
            benefit={key: value for key, value in benefit.items() if value is not None},
            currency="" if amount is None else currency.code,
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            plans=frozenset(given["plans"]),
            new_customers_only=given["new_customers_only"],
            limit=given["limit"],
            limit_per_account=given["limit_per_account"],
            is_exclusive=given["is_exclusive"],
        )
        return _made(request, terms, given["coupon"])

    return ask(request, question, act)


@CHANGES
@ASKING
def make_referral(request: HttpRequest) -> HttpResponse:
    currency = _usual_currency()
    form = forms.MakeReferral(request.POST or None, currency=currency)
    question = Question(
        title=_("New referral programme"),
        words=_("Both get their credit once the new customer has paid an invoice."),
        verb=_("Make programme"),
        form=form,
        back=_("Promotions"),
        back_href=reverse("console:promotions"),
        units={"referrer": currency.code, "referred": currency.code},
    )

    def act() -> str:
        given = form.cleaned_data
        amounts = {"referrer": given["referrer"], "referred": given["referred"]}
        terms = Promotion(
            code=given["code"],
            name=given["name"],
            kind="referral",
            benefit={key: str(amount) for key, amount in amounts.items() if amount is not None},
            currency=currency.code,
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            limit=given["limit"],
            limit_per_account=given["limit_per_account"],
        )
        return _made(request, terms, "")

    return ask(request, question, act)


@CHANGES
@ASKING
def end(request: HttpRequest, code: str) -> HttpResponse:
    found = promotion_coded(code)
    form = forms.LastDay(request.POST or None, today=timezone.localdate())
    question = Question(
        title=_("End %s") % found.terms.name,
        words=_("Nobody takes it after its last day."),
        verb=_("End promotion"),
        is_danger=True,
        form=form,
        back=found.terms.name,
        back_href=address(found),
    )

    def act() -> str:
        end_promotion(
            promotion=found.terms.code,
            ends_on=form.cleaned_data["last_day"] + timedelta(days=1),
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("The end of %s is set.") % found.terms.name

    return ask(request, question, act)


@CHANGES
@ASKING
def pause(request: HttpRequest, code: str) -> HttpResponse:
    found = promotion_coded(code)
    name = found.terms.name
    question = Question(
        title=_("Pause %s") % name,
        words=_("Nobody can take it until it goes on. Who took it keeps it."),
        verb=_("Pause"),
        form=confirmed(request),
        back=name,
        back_href=address(found),
    )

    def act() -> str:
        pause_promotion(promotion=found.terms.code, now=timezone.now(), actor=staff(request).actor)
        return _("%s is paused.") % name

    return ask(request, question, act)


@CHANGES
@ASKING
def go_on(request: HttpRequest, code: str) -> HttpResponse:
    found = promotion_coded(code)
    name = found.terms.name
    question = Question(
        title=_("Go on with %s") % name,
        words=_("Customers can take it again."),
        verb=_("Go on"),
        form=confirmed(request),
        back=name,
        back_href=address(found),
    )

    def act() -> str:
        go_on_with_promotion(promotion=found.terms.code, now=timezone.now(), actor=staff(request).actor)
        return _("%s can be taken again.") % name

    return ask(request, question, act)


@requires(Permission.CHANGE_SUBSCRIPTIONS)
@ASKING
def refer(request: HttpRequest, code: str) -> HttpResponse:
    found = referral_promotion(code)
    form = forms.Refer(request.POST or None, today=timezone.localdate())
    question = Question(
        title=_("Who brought whom"),
        words=_("Both get their credit once the new customer has paid an invoice."),
        verb=_("Note it"),
        form=form,
        back=found.terms.name,
        back_href=address(found),
    )

    def act() -> str:
        given = form.cleaned_data
        brings, comes = accounts_numbered([given["referrer"], given["referred"]])
        write_down(
            promotion=found.terms.code,
            referrer_id=brings.id,
            referred_id=comes.id,
            on=given["on"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("%(referrer)s brought %(referred)s.") % {"referrer": brings.name, "referred": comes.name}

    return ask(request, question, act)


def frame(request: HttpRequest, found: PromotionRead) -> dict[str, Any]:
    """What the head of a promotion's pages says. No query."""
    may = staff(request).may
    return {
        "one": told(found),
        "is_referral": found.terms.kind == "referral",
        "may_change": may(Permission.CHANGE_CATALOG),
        "may_refer": may(Permission.CHANGE_SUBSCRIPTIONS),
    }


def told(found: PromotionRead) -> dict[str, Any]:
    """A promotion in words."""
    today, locale = timezone.localdate(), locale_of(get_language() or "en")
    return {
        "promotion": found,
        "state": found.state_on(today),
        "sign": STATES[found.state_on(today)],
        "gives": gives(found.terms, locale, today=today),
        "conditions": conditions(found.terms, locale, today=today),
    }


def address(found: PromotionRead) -> str:
    return reverse("console:promotion", args=[found.terms.code])


def _made(request: HttpRequest, terms: Promotion, coupon: str) -> str:
    """The promotion and its first coupon, both or neither."""
    now, actor = timezone.now(), staff(request).actor
    with transaction.atomic():
        define_promotion(promotion=terms, now=now, actor=actor)
        if coupon:
            add_coupon(promotion=terms.code, code=coupon, limit=None, ends_on=None, now=now, actor=actor)
    return _("%s can be taken.") % terms.name


def _on_sale(plans: tuple[PlanPrices, ...]) -> list[tuple[str, str]]:
    today = timezone.localdate()
    return [
        (plan.code, f"{plan.name} ({plan.code})")
        for plan in plans
        if plan.retired_on is None or plan.retired_on > today
    ]


def _charges(plans: tuple[PlanPrices, ...]) -> list[tuple[str, str]]:
    codes = dict.fromkeys(charge.code for plan in plans for charge in plan.charges)
    return [(code, code) for code in codes]


def _usual_currency() -> Currency:
    return Currency.of(current_provider().currency)


def _after(request: HttpRequest) -> int | None:
    after = request.GET.get("after", "")
    return int(after) if after.isdigit() else None


def _part(request: HttpRequest) -> str:
    return "#rows" if getattr(request, "htmx", False) else ""
