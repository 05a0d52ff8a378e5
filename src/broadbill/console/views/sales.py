"""Taking customers on and selling to them, with the first bills told before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadbill.accounts.domain.new_account import NewAccount
from broadbill.accounts.queries.customers import customer_numbered
from broadbill.accounts.queries.new_numbers import accounts_alike, suggested_number
from broadbill.accounts.queries.provider import current_provider
from broadbill.accounts.queries.tax_place import tax_place_of
from broadbill.billing.queries.plan_preview import PreviewBill, preview_plan
from broadbill.catalog.queries.plan_list import plans_on_sale
from broadbill.catalog.queries.plans import plans_content
from broadbill.console.foresight import foreseen
from broadbill.console.sale_forms import NewCustomer, Quantity, Sell
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.console.views.services import find_service
from broadbill.contracts.operations.changes import change_quantity
from broadbill.contracts.operations.take_on import Sale, sell, take_on
from broadbill.core.money import Currency
from broadbill.design.formats import day_text, locale_of, money_with_currency
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

ASKING = require_http_methods(["GET", "POST"])


@requires(Permission.CHANGE_ACCOUNTS)
@ASKING
def new_customer(request: HttpRequest) -> HttpResponse:
    """Who, where, what they get: one page. Whoever is here already is named before a second account is opened."""
    today, provider = timezone.localdate(), current_provider()
    currency = Currency.of(provider.currency)
    may_sell = staff(request).may(Permission.CHANGE_SUBSCRIPTIONS)
    plans = _plans(currency, today) if may_sell else []
    form = NewCustomer(
        request.POST or None, plans=plans, today=today, number=suggested_number(), country=provider.country,
        language=provider.language,
    )  # fmt: skip
    number = (form["number"].value() or "").strip()
    question = Question(
        title=_("New customer"),
        words=_("Amounts and dates are told before anything is recorded: ask what it would cost."),
        verb=_("Take on"),
        form=form,
        back=_("Customers"),
        back_href=reverse("console:customers"),
        done_href=reverse("console:customer", args=[number]) if number else "",
    )

    def account() -> NewAccount:
        return form.account(
            opened_on=today,
            currency=provider.currency,
            timezone=provider.timezone,
            terms_days=provider.terms_days,
        )

    def act() -> str:
        take_on(account=account(), sale=form.sale, now=timezone.now(), actor=staff(request).actor)
        return _("%s is a customer now.") % form.cleaned_data["name"]

    def foresee() -> str:
        given = form.cleaned_data
        alike = accounts_alike(name=given["name"], email=given["email"], phone=given["phone"])
        known = ", ".join(f"{one.name} ({one.number})" for one in alike)
        seen = _("Already a customer? %s.") % known if known else ""
        new = account()
        place = {"country": new.country, "region": new.region, "tax_id": new.tax_id}
        return " ".join(filter(None, [seen, _told(form.sale, currency, place)]))

    return ask(request, question, act, foresee)


@requires(Permission.CHANGE_SUBSCRIPTIONS)
@ASKING
def sell_plan(request: HttpRequest, number: str) -> HttpResponse:
    today, found = timezone.localdate(), customer_numbered(number)
    form = Sell(request.POST or None, plans=_plans(found.currency, today), today=today)
    question = Question(
        title=_("Sell to %s") % found.name,
        verb=_("Sell"),
        form=form,
        back=found.name,
        back_href=reverse("console:customer", args=[number]),
    )

    def act() -> str:
        sold = form.sale
        if sold is None:
            raise AssertionError("a plan is needed")
        sell(account_id=found.id, sale=sold, now=timezone.now(), actor=staff(request).actor)
        return _("%s is sold.") % dict(_plans(found.currency, today))[sold.plan]

    def foresee() -> str:
        return _told(form.sale, found.currency, tax_place_of(found.id))

    return ask(request, question, act, foresee)


@requires(Permission.CHANGE_SUBSCRIPTIONS)
@ASKING
def quantity(request: HttpRequest, number: str, subscription: int) -> HttpResponse:
    today = timezone.localdate()
    found = find_service(number, subscription)
    form = Quantity(request.POST or None, now=found.quantity, today=today)
    question = Question(
        title=_("How many of %s") % found.plan_name,
        words=_("The next invoice charges or credits the difference by the day."),
        verb=_("Change"),
        form=form,
        back=number,
        back_href=reverse("console:customer", args=[number]),
    )

    def act() -> str:
        change_quantity(
            subscription_id=found.id, quantity=form.cleaned_data["quantity"], on=form.cleaned_data["on"],
            now=timezone.now(), actor=staff(request).actor,
        )  # fmt: skip
        return _("Changed.")

    def foresee() -> str:
        detail = {"quantity": str(form.cleaned_data["quantity"])}
        return foreseen(found, kind="change_quantity", on=form.cleaned_data["on"], detail=detail, today=today)

    return ask(request, question, act, foresee)


def _plans(currency: Currency, today: Any) -> Sequence[tuple[str, str]]:
    return [
        (plan.code, f"{plan.name} ({plan.code})") for plan in plans_on_sale(currency=currency.code, on=today)
    ]


def _told(sale: Sale | None, currency: Currency, place: Mapping[str, Any]) -> str:
    """The first bills of a sale in a sentence, of the plan alone."""
    if sale is None:
        return _("Nothing is sold yet, so nothing is billed.")
    bills = preview_plan(
        content=plans_content([sale.plan])[sale.plan], currency=currency, starts=sale.starts_on,
        quantity=sale.quantity, usage=Decimal(0), place=place,
    )  # fmt: skip
    if not bills:
        return _("Without usage it bills nothing.")
    return _("Its bills, tax included: %s.") % "; ".join(_bill(bill) for bill in bills)


def _bill(bill: PreviewBill) -> str:
    locale = locale_of(get_language() or "en")
    return (
        f"{day_text(bill.on, locale, today=timezone.localdate())} {money_with_currency(bill.total, locale)}"
    )
