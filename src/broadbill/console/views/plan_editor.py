"""Making a plan: a form of everything a plan can be, and what it would bill, before anybody has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadbill.accounts.queries.provider import current_provider
from broadbill.billing.queries.plan_preview import PreviewBill, preview_plan
from broadbill.catalog.operations.plans import define_plan
from broadbill.catalog.queries.plans import plans_content
from broadbill.console.plan_starts import STARTS
from broadbill.console.schema_form import SchemaForm, edited, typed_from
from broadbill.console.sheets import lead_to
from broadbill.console.staff import staff
from broadbill.core.errors import DomainError
from broadbill.core.money import Currency, UnknownCurrency
from broadbill.core.rating import Rulebook, ScenarioError
from broadbill.core.rating.schema import scenario_schema
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.tax.queries.categories import category_codes

# A price from another day on is set on the plan's page; a plan that is new has none.
LEFT_OUT = frozenset({"price_changes"})
PLAN_KEYS = ("plan_code", "currency", "prepaid", "preview_quantity", "preview_usage")


@requires(Permission.CHANGE_CATALOG)
@require_http_methods(["GET", "POST"])
def new_plan(request: HttpRequest) -> HttpResponse:
    """Buttons of the form add and take out its parts; every change shows anew what the plan would bill."""
    typed = _typed(request)
    act = typed.pop("do", "")
    if act:
        typed = edited(typed, act)
    form = _form(typed)
    target = request.headers.get("HX-Target", "")
    problems: dict[str, str] = {}
    content = form.value()
    is_sent = request.method == "POST" and not act and not target
    if is_sent:
        problems = _problems(typed)
        if not problems and not form.errors and (made := _make(request, form, typed, content, problems)):
            return lead_to(
                request, reverse("console:plan", args=[made]), _("%s can be sold.") % content["name"]
            )
    bills, refused = _preview(form, typed, content)
    if not is_sent:
        form.errors.clear()
    context = {
        "nodes": form.nodes(),
        "typed": typed,
        "gone": sorted(key for key in typed if key.endswith("-gone")),
        "problems": problems,
        "faults": _faults(form) if is_sent else [],
        "categories": category_codes(),
        "starts": STARTS,
        "bills": bills,
        "refused": refused,
    }
    part = f"#{target}" if target in ("editor", "preview") else ""
    status = 422 if is_sent else 200
    return render(request, f"console/plans/editor.html{part}", context, status=status)


def _typed(request: HttpRequest) -> dict[str, str]:
    """What the form holds; at first a plan to start with, or another one's charges (`from`)."""
    if request.method == "POST":
        return {key: str(request.POST[key]) for key in request.POST if key != "csrfmiddlewaretoken"}
    origin = request.GET.get("from", "")
    found = plans_content([origin]).get(origin) if origin else None
    start = found or STARTS.get(request.GET.get("start", ""), STARTS["monthly"])["plan"]
    usual = {"currency": current_provider().currency, "preview_quantity": "1", "preview_usage": "150"}
    return typed_from(start) | usual


def _form(typed: Mapping[str, str]) -> SchemaForm:
    root = scenario_schema()
    plan = root["$defs"]["plan"]
    needed = {**plan, "required": ["name", *plan["required"]]}
    own = {key: said for key, said in typed.items() if key not in PLAN_KEYS}
    return SchemaForm(root, needed, own, LEFT_OUT)


def _problems(typed: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with what the contract does not say of a plan."""
    problems = {}
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", typed.get("plan_code", "")):
        problems["plan_code"] = _("Letters, digits, dots and dashes, such as fiber-500.")
    try:
        Currency.of(typed.get("currency", ""))
    except UnknownCurrency as unknown:
        problems["currency"] = str(unknown)
    return problems


def _make(
    request: HttpRequest, form: SchemaForm, typed: Mapping[str, str], content: Mapping[str, Any],
    problems: dict[str, str],
) -> str:  # fmt: skip
    """The code of the plan that was made; empty where it was refused, with the reason at its place."""
    code = typed["plan_code"]
    try:
        define_plan(
            code=code,
            name=content["name"],
            currency=typed["currency"],
            charges=content["charges"],
            allowance_pool=content.get("allowance_pool", ""),
            prepaid="prepaid" in typed,
            now=timezone.now(),
            actor=staff(request).actor,
        )
    except ScenarioError as error:
        form.refuse(error.path.removeprefix("plans").lstrip(".").removeprefix(code).lstrip("."), error.reason)
        return ""
    except DomainError as error:
        problems["plan_code"] = str(error)
        return ""
    return code


def _preview(
    form: SchemaForm, typed: Mapping[str, str], content: Mapping[str, Any]
) -> tuple[tuple[PreviewBill, ...], str]:
    """What the plan would bill, or why that cannot be told."""
    if form.errors:
        return (), _("Fill in what is missing to see what it would bill.")
    provider = current_provider()
    try:
        Rulebook.parse({"plans": {"preview": content}})
        bills = preview_plan(
            content=content,
            currency=Currency.of(typed.get("currency", "")),
            starts=timezone.localdate(),
            quantity=_number(typed.get("preview_quantity", ""), Decimal(1)),
            usage=_number(typed.get("preview_usage", ""), Decimal(0)),
            place={"country": provider.country, "region": provider.region},
        )
    except ScenarioError as error:
        return (), f"{error.path.removeprefix('plans.preview.')}: {error.reason}"
    except DomainError as error:
        return (), str(error)
    return bills, ""


def _number(typed: str, otherwise: Decimal) -> Decimal:
    try:
        number = Decimal(typed.replace(",", "."))
    except InvalidOperation:
        return otherwise
    return number if number.is_finite() and number >= 0 else otherwise


def _faults(form: SchemaForm) -> list[tuple[str, str]]:
    return [(path, reason) for path, reasons in form.errors.items() for reason in reasons]
