"""Taking payments, adding charges and credits on a customer's page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadbill.accounts.queries.customers import customer_numbered
from broadbill.console import forms
from broadbill.console.limits import limit_for
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.contracts.operations import account_facts
from broadbill.core.money import Money
from broadbill.design.formats import locale_of, money_with_currency
from broadbill.identity.domain.limits import Letting, refuse_above
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.payments.operations.record import NewPayment, record_payment, reverse_payment
from broadbill.payments.queries.owing import owing_of
from broadbill.payments.queries.payments import payment_numbered

ASKING = require_http_methods(["GET", "POST"])


@requires(Permission.RECORD_PAYMENTS)
@ASKING
def take_payment(request: HttpRequest, number: str) -> HttpResponse:
    today = timezone.localdate()
    customer = customer_numbered(number)
    owing = owing_of(account_id=customer.id, currency=customer.currency, as_of=today)
    form = forms.TakePayment(
        request.POST or None, currency=customer.currency, today=today, owed=owing.balance
    )
    question = Question(
        title=_("Take payment from %s") % customer.name,
        words=_owed_words(owing.balance),
        verb=_("Record payment"),
        form=form,
        back=customer.name,
        back_href=_page(number),
        units={"amount": customer.currency.code},
    )

    def act() -> str:
        given = form.cleaned_data
        payment = NewPayment(
            account_id=customer.id,
            amount=given["amount"],
            method=given["method"],
            received_on=given["received_on"],
            idempotency_key=str(given["key"]),
            reference=given["reference"],
        )
        recorded = record_payment(payment=payment, now=timezone.now(), actor=staff(request).actor)
        return _("Payment %(number)s of %(amount)s recorded.") % {
            "number": recorded.number,
            "amount": _full(given["amount"]),
        }

    return ask(request, question, act)


@requires(Permission.REVERSE_PAYMENTS)
@ASKING
def take_back_payment(request: HttpRequest, number: str, payment: str) -> HttpResponse:
    found = payment_numbered(payment)
    if found.account != number:
        raise Http404
    form = forms.ReversePayment(request.POST or None, today=timezone.localdate())
    question = Question(
        title=_("Take back payment %s") % payment,
        words=_("%(amount)s will be owed again. What this payment settled is open again.")
        % {"amount": _full(found.amount)},
        verb=_("Take back %s") % _full(found.amount),
        is_danger=True,
        form=form,
        back=found.account_name,
        back_href=_page(number),
    )

    def act() -> str:
        given = form.cleaned_data
        reverse_payment(
            number=payment,
            reason=given["reason"],
            reversed_on=given["on"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Payment %s is taken back.") % payment

    return ask(request, question, act)


@requires(Permission.CORRECT_DOCUMENTS)
@ASKING
def add_charge(request: HttpRequest, number: str) -> HttpResponse:
    customer = customer_numbered(number)
    form = forms.OneOff(request.POST or None, currency=customer.currency, today=timezone.localdate())
    question = Question(
        title=_("Add a charge for %s") % customer.name,
        words=_("It stands on the next invoice, with tax."),
        verb=_("Add charge"),
        form=form,
        back=customer.name,
        back_href=_page(number),
        units={"amount": customer.currency.code},
    )

    def act() -> str:
        given = form.cleaned_data
        account_facts.add_charge(
            account_id=customer.id,
            amount=given["amount"],
            name=given["name"],
            on=given["on"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Charge of %s added. It comes with the next invoice.") % _full(given["amount"])

    return ask(request, question, act)


@requires(Permission.CORRECT_DOCUMENTS)
@ASKING
def give_credit(request: HttpRequest, number: str) -> HttpResponse:
    customer = customer_numbered(number)
    form = forms.GiveCredit(request.POST or None, currency=customer.currency, today=timezone.localdate())
    question = Question(
        title=_("Give %s a credit") % customer.name,
        words=_("It is used up by the next invoices, the nearest first."),
        verb=_("Give credit"),
        form=form,
        back=customer.name,
        back_href=_page(number),
        units={"amount": customer.currency.code},
    )

    def act() -> str:
        given = form.cleaned_data
        refuse_above(given["amount"], limit_for(request, Letting.CREDIT, customer.currency))
        account_facts.give_credit(
            account_id=customer.id,
            amount=given["amount"],
            name=given["name"],
            on=given["on"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Credit of %s given.") % _full(given["amount"])

    return ask(request, question, act)


def _page(number: str) -> str:
    return reverse("console:customer", args=[number])


def _full(amount: Money) -> str:
    return money_with_currency(amount, locale_of(get_language() or "en"))


def _owed_words(balance: Money) -> str:
    if balance.minor > 0:
        return _("%s is open. The oldest is settled first; more becomes credit.") % _full(balance)
    if balance.minor < 0:
        return _("Nothing is open: the customer has %s in credit.") % _full(-balance)
    return _("Nothing is open. The payment becomes credit for the next invoice.")
