"""The codes by which a promotion is taken: the list, adding and generating them, as a file, ending one."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.catalog.operations.coupons import add_coupon, end_coupon, generate_coupons
from broadbill.catalog.queries.promotions import (
    coupon_coded,
    coupon_page,
    coupons_of,
    discount_promotion,
)
from broadbill.console import promotion_forms as forms
from broadbill.console.exports import csv_file
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.console.views.promotions import frame
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

ASKING = require_http_methods(["GET", "POST"])
CHANGES = requires(Permission.CHANGE_CATALOG)


@requires(Permission.VIEW_CATALOG)
@require_GET
def coupons(request: HttpRequest, code: str) -> HttpResponse:
    found = discount_promotion(code)
    after = request.GET.get("after", "")
    context = {
        **frame(request, found),
        "page": coupon_page(promotion_id=found.id, before=int(after) if after.isdigit() else None),
        "today": timezone.localdate(),
        "tab": "coupons",
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/promotions/coupons.html{part}", context)


@CHANGES
@require_GET
def coupons_csv(request: HttpRequest, code: str) -> HttpResponseBase:
    """All of a promotion's codes, for whoever prints or sends them."""
    found = discount_promotion(code)
    rows = (
        (one.code, one.limit or "", one.redeemed, one.ends_on - timedelta(days=1) if one.ends_on else "")
        for one in coupons_of(found.terms.code)
    )
    return csv_file("coupons", ("coupon", "limit", "redeemed", "last_day"), rows)


@CHANGES
@ASKING
def add(request: HttpRequest, code: str) -> HttpResponse:
    found = discount_promotion(code)
    form = forms.AddCoupon(request.POST or None)
    question = Question(
        title=_("Add a coupon to %s") % found.terms.name,
        words=_("Capitals and dashes do not matter when it is redeemed."),
        verb=_("Add coupon"),
        form=form,
        back=found.terms.name,
        back_href=_list_of(found.terms.code),
    )

    def act() -> str:
        given = form.cleaned_data
        written = add_coupon(
            promotion=found.terms.code,
            code=given["code"],
            limit=given["limit"],
            ends_on=forms.ends_on(given["last_day"]),
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Coupon %s can be redeemed.") % written

    return ask(request, question, act)


@CHANGES
@ASKING
def generate(request: HttpRequest, code: str) -> HttpResponse:
    found = discount_promotion(code)
    form = forms.GenerateCoupons(request.POST or None)
    question = Question(
        title=_("Make codes for %s") % found.terms.name,
        words=_("Codes that nobody guesses, each for one use."),
        verb=_("Make codes"),
        form=form,
        back=found.terms.name,
        back_href=_list_of(found.terms.code),
    )

    def act() -> str:
        given = form.cleaned_data
        made = generate_coupons(
            promotion=found.terms.code,
            count=given["count"],
            ends_on=forms.ends_on(given["last_day"]),
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("%s codes are made. Take them as a file.") % len(made)

    return ask(request, question, act)


@CHANGES
@ASKING
def end(request: HttpRequest, coupon: str) -> HttpResponse:
    found = coupon_coded(coupon)
    form = forms.LastDay(request.POST or None, today=timezone.localdate())
    question = Question(
        title=_("End coupon %s") % found.code,
        words=_("Nobody redeems it after its last day."),
        verb=_("End coupon"),
        is_danger=True,
        form=form,
        back=found.promotion,
        back_href=_list_of(found.promotion),
    )

    def act() -> str:
        end_coupon(
            coupon=found.code,
            ends_on=form.cleaned_data["last_day"] + timedelta(days=1),
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("The end of coupon %s is set.") % found.code

    return ask(request, question, act)


def _list_of(promotion: str) -> str:
    return reverse("console:coupons", args=[promotion])
