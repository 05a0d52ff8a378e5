"""Extras: adding what is offered beside a plan, having more or fewer of it, stopping it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.billing.queries.what_if import Change
from broadbill.catalog.domain.offering import Offering
from broadbill.catalog.queries.offered import offered_plans, offerings
from broadbill.contracts.operations import self_service
from broadbill.contracts.queries.coming import Coming, coming_changes
from broadbill.contracts.queries.self_service import takes_effect_on
from broadbill.contracts.queries.subscriptions import SubscriptionRead, subscriptions_of
from broadbill.identity.permissions import for_customers
from broadbill.portal.agreeing import Proposal, number_asked, propose
from broadbill.portal.customer import Looking, looking
from broadbill.portal.foresight import foresee
from broadbill.portal.templatetags.portal import day_long, plain

# An imagined subscription: no stored one has this id.
NOT_YET = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Something that the customer has of what is offered: an extra, or a service of which they may have several."""

    service: SubscriptionRead
    offering: Offering
    coming: Coming | None

    @property
    def may_stop(self) -> bool:
        return self.offering.kind == "extra" and self._is_free

    @property
    def may_count(self) -> bool:
        return self.offering.most > 1 and self._is_free

    @property
    def _is_free(self) -> bool:
        """Whether nothing else of it is still to come."""
        return self.coming is None and self.service.state == "active"


@for_customers
@require_GET
def extras(request: HttpRequest) -> HttpResponse:
    who, today = looking(request), timezone.localdate()
    context = {
        "who": who,
        "held": _held(who, today),
        "offered": offered_plans(kind="extra", currency=who.customer.currency.code, on=today),
    }
    return render(request, "portal/extras.html", context)


@for_customers
@require_http_methods(["GET", "POST"])
def add_extra(request: HttpRequest, plan: str) -> HttpResponse:
    who, today = looking(request), timezone.localdate()
    offered = offered_plans(kind="extra", currency=who.customer.currency.code, on=today)
    extra = next((one for one in offered if one.code == plan), None)
    if extra is None:
        raise Http404
    most = extra.offering.most
    number = number_asked(request, first=1, most=most)
    facts = [(_("From"), day_long(today)), *_how_many(number, most)]
    proposal = Proposal(
        title=_("Add %s") % extra.name,
        verb=_("Add %s") % extra.name,
        facts=facts,
        notes=[],
        done=_("%s is yours.") % extra.name,
        back=_("Extras"),
        back_href=reverse("portal:extras"),
        number=number,
        most=most,
    )
    change = Change("subscribe", today, NOT_YET, {"plan": plan, "quantity": str(number)})

    def act(facts: int) -> None:
        self_service.add_extra(
            account_id=who.customer.id,
            plan=plan,
            quantity=Decimal(number),
            seen_facts=facts,
            on=today,
            now=timezone.now(),
            actor=who.actor,
        )

    return propose(request, who, proposal, foresee(account_id=who.customer.id, change=change), act)


@for_customers
@require_http_methods(["GET", "POST"])
def stop_extra(request: HttpRequest, subscription: int) -> HttpResponse:
    who, today = looking(request), timezone.localdate()
    held = _one(_held(who, today), subscription)
    if not held.may_stop:
        raise Http404
    name, when = held.service.plan_name, held.offering.when
    ends = (
        today
        if when == "now"
        else takes_effect_on(account_id=who.customer.id, subscription_id=subscription, when=when, on=today)
    )
    proposal = Proposal(
        title=_("Stop %s") % name,
        verb=_("Stop %s") % name,
        facts=[(_("First day without it"), day_long(ends))],
        notes=[],
        done=_("%s stops.") % name,
        back=_("Extras"),
        back_href=reverse("portal:extras"),
        is_end=True,
    )
    change = Change("cancel", today, subscription, {"when": when})

    def act(facts: int) -> None:
        self_service.stop_extra(
            account_id=who.customer.id,
            subscription_id=subscription,
            seen_facts=facts,
            on=today,
            now=timezone.now(),
            actor=who.actor,
        )

    return propose(request, who, proposal, foresee(account_id=who.customer.id, change=change), act)


@for_customers
@require_http_methods(["GET", "POST"])
def change_number(request: HttpRequest, subscription: int) -> HttpResponse:
    """More or fewer of it. The number asked for stands in the address, so that it can be looked at before."""
    who, today = looking(request), timezone.localdate()
    held = _one(_held(who, today), subscription)
    if not held.may_count:
        raise Http404
    name, most = held.service.plan_name, held.offering.most
    number = number_asked(request, first=int(held.service.quantity), most=most)
    starts = takes_effect_on(
        account_id=who.customer.id, subscription_id=subscription, when=held.offering.when, on=today
    )
    proposal = Proposal(
        title=_("How many of %s?") % name,
        verb=_("Have %(number)s of %(name)s") % {"number": number, "name": name},
        facts=[
            (_("Instead of"), plain(held.service.quantity)),
            (_("From"), day_long(starts)),
            *_how_many(number, most),
        ],
        notes=[],
        done=_("You have %(number)s of %(name)s.") % {"number": number, "name": name},
        back=_("Extras"),
        back_href=reverse("portal:extras"),
        number=number,
        most=most,
    )
    change = Change("change_quantity", starts, subscription, {"quantity": str(number)})

    def act(facts: int) -> None:
        self_service.change_number(
            account_id=who.customer.id,
            subscription_id=subscription,
            quantity=Decimal(number),
            seen_facts=facts,
            on=today,
            now=timezone.now(),
            actor=who.actor,
        )

    return propose(request, who, proposal, foresee(account_id=who.customer.id, change=change), act)


def _held(who: Looking, today: date) -> list[Held]:
    """What the customer has and may change here. Six queries."""
    services = [
        one
        for one in subscriptions_of(account_id=who.customer.id, as_of=today)
        if one.state in ("active", "suspended")
    ]
    known = offerings(one.plan for one in services)
    coming = coming_changes(account_id=who.customer.id, as_of=today)
    return [
        Held(one, known[one.plan], coming.get(one.id))
        for one in services
        if known[one.plan].kind == "extra" or (known[one.plan].kind and known[one.plan].most > 1)
    ]


def _one(held: Sequence[Held], subscription: int) -> Held:
    """Raises: Http404."""
    found = next((one for one in held if one.service.id == subscription), None)
    if found is None:
        raise Http404
    return found


def _how_many(number: int, most: int) -> list[tuple[str, object]]:
    return [(_("How many"), number)] if most > 1 else []
