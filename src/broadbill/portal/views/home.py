"""What a customer wants to know first: what they owe, when, and whether their service runs."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from broadbill.billing.queries.next_bill import next_bill_on
from broadbill.contracts.queries.subscriptions import subscriptions_of
from broadbill.identity.permissions import for_customers
from broadbill.payments.queries.card_charges import saved_methods
from broadbill.payments.queries.owing import owing_of
from broadbill.payments.queries.statement import statement_of
from broadbill.portal.customer import looking
from broadbill.portal.status import cut_for_debt

SHOWN = 6
LEDGER_DAYS = 400


@for_customers
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    who = looking(request)
    customer = who.customer
    owing = owing_of(account_id=customer.id, currency=customer.currency, as_of=today)
    statement = statement_of(
        account_id=customer.id,
        currency=customer.currency,
        starts=today - timedelta(days=LEDGER_DAYS),
        ends=date.max,
    )
    services = [one for one in subscriptions_of(account_id=customer.id, as_of=today) if one.state != "ended"]
    bookings = statement.rows[::-1]
    context = {
        "who": who,
        "owing": owing,
        "credit": -owing.balance,
        "is_late": owing.oldest_due_on is not None and owing.oldest_due_on < today,
        "oldest_open": next(
            (
                row
                for row in statement.rows
                if row.kind == "invoice" and row.still_open and row.still_open.minor > 0
            ),
            None,
        ),
        "next_bill_on": next_bill_on(customer.id, as_of=today),
        "services": services,
        "cut": cut_for_debt(account_id=customer.id, services=services, owing=owing),
        "bookings": bookings[:SHOWN],
        "autopay": next((card for card in saved_methods(account_id=customer.id) if card.autopay), None),
        "may_pay": bool(settings.GATEWAYS),
    }
    return render(request, "portal/home.html", context)


@for_customers
@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    """Everything the customer has, with its prices."""
    who = looking(request)
    services = subscriptions_of(account_id=who.customer.id, as_of=timezone.localdate())
    return render(request, "portal/plan.html", {"who": who, "services": services})
