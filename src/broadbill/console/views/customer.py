"""One page that answers the phone call."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from broadbill.accounts.queries.customers import Customer, customer_numbered
from broadbill.billing.operations.preview import would_be_bills
from broadbill.billing.operations.run import RunRequest
from broadbill.billing.queries.next_bill import next_bill_on
from broadbill.catalog.queries.plan_list import plan_names
from broadbill.console.staff import staff
from broadbill.console.stories import Moment, moments
from broadbill.console.words import CAME_BY, DECLINES, ENTRIES, PAYS_BY
from broadbill.contracts.queries.subscriptions import subscriptions_of
from broadbill.core.errors import DomainError
from broadbill.design.formats import locale_of
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.identity.queries.users import names_of
from broadbill.kernel.queries.events import events_of_account
from broadbill.network.queries.online import sessions_of_account
from broadbill.network.queries.restricted import restricted_subscriptions
from broadbill.payments.queries.card_charges import charges_of, saved_methods
from broadbill.payments.queries.owing import owing_of
from broadbill.payments.queries.statement import statement_of
from broadbill.reports.queries.usage_by_day import PERIODS_BACK, usage_of

EVENTS_SHOWN = 10
LEDGER_DAYS = 400
BEGINNING = date(1970, 1, 1)


@requires(Permission.VIEW_ACCOUNTS)
@require_GET
def customer(request: HttpRequest, number: str) -> HttpResponse:
    """Head, four facts, services, the ledger with its running balance, and what happened."""
    today = timezone.localdate()
    found = customer_numbered(number)
    whole = request.GET.get("ledger") == "all"
    subscriptions = subscriptions_of(account_id=found.id, as_of=today)
    owing = owing_of(account_id=found.id, currency=found.currency, as_of=today)
    restricted = restricted_subscriptions(found.id)
    context = {
        "customer": found,
        "today": today,
        "owing": owing,
        "late_days": max((today - owing.oldest_due_on).days, 0) if owing.oldest_due_on else 0,
        "next_bill_on": next_bill_on(found.id, as_of=today),
        "pays_by": PAYS_BY.get(found.pays_by, found.pays_by),
        "subscriptions": subscriptions,
        "restricted": restricted,
        "restricted_since": min((one.since for one in restricted.values()), default=None),
        "suspended": [one for one in subscriptions if one.state == "suspended"],
        "statement": statement_of(
            account_id=found.id,
            currency=found.currency,
            starts=BEGINNING if whole else today - timedelta(days=LEDGER_DAYS),
            ends=date.max,
        ),
        "ledger_is_whole": whole,
        "entries": ENTRIES,
        "methods": CAME_BY,
        "cards": saved_methods(account_id=found.id) if settings.GATEWAYS else [],
        "charges": charges_of(account_id=found.id, most=5) if settings.GATEWAYS else [],
        "declines": DECLINES,
        "sessions": sessions_of_account(found.id) if staff(request).may(Permission.VIEW_NETWORK) else [],
        **_history(found, None, today),
        **_allowed(request),
    }
    return render(request, "console/customers/page.html", context)


@requires(Permission.VIEW_ACCOUNTS)
@require_GET
def history(request: HttpRequest, number: str) -> HttpResponse:
    """Older events: the list's next part for htmx, a page of its own without a script."""
    found = customer_numbered(number)
    before = request.GET.get("before", "")
    context = {
        "customer": found,
        **_history(found, int(before) if before.isdigit() else None, timezone.localdate()),
    }
    part = "#more" if getattr(request, "htmx", False) else ""
    return render(request, f"console/customers/history.html{part}", context)


@requires(Permission.VIEW_DOCUMENTS)
@require_GET
def next_bill(request: HttpRequest, number: str) -> HttpResponse:
    """What the next run would bill, rated now with the code that bills. Loaded after the page: rating takes longer."""
    found = customer_numbered(number)
    day = next_bill_on(found.id, as_of=timezone.localdate())
    total = None
    if day is not None:
        ask = RunRequest(through=day, actor=staff(request).actor, only_account=found.id)
        total = found.currency.zero
        # Who cannot be billed is billed nothing; the run and its draft say why.
        with suppress(DomainError):
            for document in would_be_bills(account_id=found.id, request=ask, now=timezone.now()):
                total += document.total
    context = {"customer": found, "next_bill_on": day, "total": total}
    part = "#fact" if getattr(request, "htmx", False) else ""
    return render(request, f"console/customers/next_bill.html{part}", context)


@requires(Permission.VIEW_ACCOUNTS)
@require_GET
def usage(request: HttpRequest, number: str) -> HttpResponse:
    """What was used day by day and what is left: this period of each meter, or as many ago as `back` says."""
    found = customer_numbered(number)
    asked = request.GET.get("back", "")
    shown = usage_of(
        account_id=found.id,
        today=timezone.localdate(),
        back=min(int(asked), PERIODS_BACK) if asked.isascii() and asked.isdigit() else 0,
        locale=locale_of(get_language() or "en"),
        data_name=_("Data"),
    )
    return render(request, "console/customers/usage.html", {"customer": found, "usage": shown})


def _history(found: Customer, before: int | None, today: date) -> dict[str, Any]:
    events = events_of_account(account_id=found.id, limit=EVENTS_SHOWN + 1, before=before)
    shown = events[:EVENTS_SHOWN]
    ids = {int(event.actor.removeprefix("user:")) for event in shown if event.actor.startswith("user:")}
    names = {f"user:{key}": name for key, name in names_of(ids).items()} if ids else {}
    codes = {str(event.data["plan"]) for event in shown if "plan" in event.data}
    plans = plan_names(codes) if codes else {}
    told: list[Moment] = moments(
        shown, names=names, plans=plans, locale=locale_of(get_language() or "en"), today=today
    )
    return {"moments": told, "older_than": shown[-1].id if len(events) > EVENTS_SHOWN else None}


def _allowed(request: HttpRequest) -> dict[str, bool]:
    """Which actions the page offers."""
    may = staff(request).may
    return {
        "may_take_payment": may(Permission.RECORD_PAYMENTS),
        "may_reverse": may(Permission.REVERSE_PAYMENTS),
        "may_refund": may(Permission.REFUND_PAYMENTS),
        "may_open_tickets": may(Permission.ANSWER_TICKETS),
        "may_correct": may(Permission.CORRECT_DOCUMENTS),
        "may_change_details": may(Permission.CHANGE_ACCOUNTS),
        "may_stand_in": may(Permission.STAND_IN),
        "may_change_services": may(Permission.CHANGE_SUBSCRIPTIONS),
        "may_end": may(Permission.END_SESSIONS),
        "may_see_money": may(Permission.VIEW_PAYMENTS),
        "may_charge_cards": may(Permission.CHARGE_CARDS) and bool(settings.GATEWAYS),
    }
