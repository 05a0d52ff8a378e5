"""What a customer is given: a coupon's promotion, a discount, credit for an outage."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadbill.accounts.queries.customers import Customer, customer_numbered
from broadbill.console import benefit_forms as forms
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.contracts.operations import discounts, outages, redemptions
from broadbill.contracts.queries.subscriptions import SubscriptionRead, subscriptions_of
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

ASKING = require_http_methods(["GET", "POST"])


@requires(Permission.CHANGE_SUBSCRIPTIONS)
@ASKING
def redeem_coupon(request: HttpRequest, number: str) -> HttpResponse:
    customer = customer_numbered(number)
    form = forms.RedeemCoupon(request.POST or None, services=_services(customer), today=timezone.localdate())
    question = Question(
        title=_("Redeem a coupon for %s") % customer.name,
        words=_("What it takes off stands on the invoices from that day on."),
        verb=_("Redeem coupon"),
        form=form,
        back=customer.name,
        back_href=_page(number),
    )

    def act() -> str:
        given = form.cleaned_data
        taken = redemptions.redeem_coupon(
            code=given["code"],
            account_id=customer.id,
            subscription_id=given["subscription"],
            on=given["on"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Redeemed: %s.") % taken.name

    return ask(request, question, act)


@requires(Permission.CORRECT_DOCUMENTS)
@ASKING
def give_discount(request: HttpRequest, number: str) -> HttpResponse:
    customer = customer_numbered(number)
    form = forms.GiveDiscount(
        request.POST or None,
        services=_services(customer),
        currency=customer.currency,
        today=timezone.localdate(),
    )
    question = Question(
        title=_("Give %s a discount") % customer.name,
        words=_("From a day already billed, it comes back with the next invoice."),
        verb=_("Give discount"),
        form=form,
        back=customer.name,
        back_href=_page(number),
        units={"percent": "%", "amount": customer.currency.code},
    )

    def act() -> str:
        given = form.cleaned_data
        discounts.give_discount(
            account_id=customer.id,
            subscription_id=given["subscription"],
            discount=discounts.NewDiscount(
                name=given["name"],
                percent=given["percent"],
                amount=given["amount"],
                charges=tuple(given["charges"]),
                periods=given["periods"],
                until=given["until"],
            ),
            on=given["on"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Discount given: %s.") % given["name"]

    return ask(request, question, act)


@requires(Permission.CORRECT_DOCUMENTS)
@ASKING
def record_outage(request: HttpRequest, number: str) -> HttpResponse:
    customer = customer_numbered(number)
    form = forms.RecordOutage(request.POST or None, services=_services(customer), now=timezone.now())
    question = Question(
        title=_("Record an outage of %s") % customer.name,
        words=_("The next invoice gives back what was agreed for it, never more than the period cost."),
        verb=_("Record outage"),
        form=form,
        back=customer.name,
        back_href=_page(number),
    )

    def act() -> str:
        given = form.cleaned_data
        credit = {"per": given["per"]}
        if given["min_minutes"]:
            credit["min_minutes"] = given["min_minutes"]
        outage = outages.NewOutage(starts=given["starts_at"], ends=given["ends_at"], credit=credit)
        now, actor = timezone.now(), staff(request).actor
        if given["subscription"] is None:
            outages.record_outage_of_account(outage=outage, account_id=customer.id, now=now, actor=actor)
        else:
            outages.record_outage(
                outage=outage, subscription_ids=[given["subscription"]], now=now, actor=actor
            )
        return _("Outage recorded. The next invoice gives back what is due for it.")

    return ask(request, question, act)


def _services(customer: Customer) -> list[SubscriptionRead]:
    """What the customer has, or will have."""
    found = subscriptions_of(account_id=customer.id, as_of=timezone.localdate())
    return [one for one in found if one.state != "ended"]


def _page(number: str) -> str:
    return reverse("console:customer", args=[number])
