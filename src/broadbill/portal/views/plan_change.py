"""Changing to another plan: what is offered, what it comes to, and doing it."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.billing.queries.what_if import Change
from broadbill.catalog.queries.offered import OfferedPlan, offered_plans, offerings
from broadbill.contracts.operations.self_service import take_plan
from broadbill.contracts.queries.coming import coming_changes
from broadbill.contracts.queries.leaving import leaving_before_and_after
from broadbill.contracts.queries.prepaid import prepaid_subscriptions
from broadbill.contracts.queries.self_service import takes_effect_on
from broadbill.contracts.queries.subscriptions import SubscriptionRead, subscriptions_of
from broadbill.core.rating.leaving import Leaving
from broadbill.identity.permissions import for_customers
from broadbill.portal.agreeing import Proposal, propose
from broadbill.portal.customer import Looking, looking
from broadbill.portal.foresight import foresee
from broadbill.portal.templatetags.portal import day_long, money_full


@for_customers
@require_GET
def plan_choices(request: HttpRequest) -> HttpResponse:
    """What each service may become, with list prices; what it comes to is on the next page."""
    who, today = looking(request), timezone.localdate()
    coming = coming_changes(account_id=who.customer.id, as_of=today)
    offered = _offered(who)
    services = [
        (one, coming.get(one.id), [plan for plan in offered if plan.code != one.plan])
        for one in _changeable(who, offered)
    ]
    return render(request, "portal/plan_choices.html", {"who": who, "services": services})


@for_customers
@require_http_methods(["GET", "POST"])
def change_plan(request: HttpRequest, subscription: int, plan: str) -> HttpResponse:
    """The exact effect on the next bill and those after it, what binds the customer, and the agreement."""
    who, today = looking(request), timezone.localdate()
    account_id, offered = who.customer.id, _offered(who)
    service = next((one for one in _changeable(who, offered) if one.id == subscription), None)
    to = next((one for one in offered if one.code == plan), None)
    if service is None or to is None or to.code == service.plan:
        raise Http404
    when = to.offering.when
    starts = takes_effect_on(account_id=account_id, subscription_id=service.id, when=when, on=today)
    detail = {"plan": plan, "when": when}
    change = Change("change_plan", today, service.id, detail)
    bound = leaving_before_and_after(account_id=account_id, subscription_id=service.id, plan=plan, on=starts)
    proposal = Proposal(
        title=to.name,
        verb=_("Change to %s") % to.name,
        facts=[(_("Instead of"), service.plan_name), (_("From"), day_long(starts))],
        notes=_bonds(*bound),
        done=_("Your plan changes to %s.") % to.name,
        back=_("Change my plan"),
        back_href=reverse("portal:plan_choices"),
    )

    def act(facts: int) -> None:
        take_plan(
            account_id=account_id,
            subscription_id=service.id,
            plan=plan,
            seen_facts=facts,
            on=today,
            now=timezone.now(),
            actor=who.actor,
        )

    return propose(request, who, proposal, foresee(account_id=account_id, change=change), act)


def _bonds(before: Leaving, after: Leaving) -> list[str]:
    """Until when the customer is bound, and what leaving before that costs, now and with the new plan."""
    notes = []
    if after.term_ends is not None:
        last = after.term_ends - timedelta(days=1)
        notes.append(_("You agreed to stay until %(day)s. That goes on.") % {"day": day_long(last)})
    if before.fee.minor or after.fee.minor:
        notes.append(
            _("Leaving on the day of the change would cost %(before)s as things are, %(after)s after it.")
            % {"before": money_full(before.fee), "after": money_full(after.fee)}
        )
    return notes


def _offered(who: Looking) -> tuple[OfferedPlan, ...]:
    currency = who.customer.currency.code
    return offered_plans(kind="plan", currency=currency, on=timezone.localdate())


def _changeable(who: Looking, offered: tuple[OfferedPlan, ...]) -> list[SubscriptionRead]:
    """Services that run, are not prepaid and could become another plan: an extra does not become a plan."""
    today, account_id = timezone.localdate(), who.customer.id
    services = [one for one in subscriptions_of(account_id=account_id, as_of=today) if one.state == "active"]
    known = offerings(one.plan for one in services)
    prepaid = {
        one.id for one in prepaid_subscriptions(account_ids=[account_id], on=today).get(account_id, ())
    }
    return [
        one
        for one in services
        if known[one.plan].kind != "extra"
        and one.id not in prepaid
        and any(plan.code != one.plan for plan in offered)
    ]
