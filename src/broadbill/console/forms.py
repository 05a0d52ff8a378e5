"""Forms of the office. Fields speak of the trade; the operations behind them decide what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import uuid4

from babel.numbers import get_decimal_symbol
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from broadbill.console.words import METHODS
from broadbill.core.money import Currency, Money
from broadbill.design.amounts import AmountUnreadable, read_amount
from broadbill.design.formats import locale_of


class MoneyField(forms.CharField):
    """An amount in a currency that the form knows. Its value is `Money`."""

    def __init__(self, *, currency: Currency, **options: Any) -> None:
        self.currency = currency
        widget = forms.TextInput({"inputmode": "decimal", "class": "money", "autocomplete": "off"})
        super().__init__(widget=widget, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        symbol = get_decimal_symbol(locale_of(get_language() or "en"))
        try:
            return read_amount(text, self.currency, decimal_symbol=symbol)
        except AmountUnreadable:
            raise ValidationError(
                _("“%(text)s” is not an amount in %(currency)s. Write for example %(example)s."),
                params={
                    "text": text,
                    "currency": self.currency.code,
                    "example": Money(12_345, self.currency),
                },
            ) from None


class DayField(forms.DateField):
    """A day, entered with the browser's own calendar."""

    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)


class GiveBack(forms.Form):
    """A refund. `key` is made with the form, so sending it twice pays once."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, currency: Currency, most: Money, ways: dict[str, Any]) -> None:
        first = {"key": uuid4(), "amount": str(most) if most.minor > 0 else "", "method": next(iter(ways))}
        super().__init__(data, initial=first)
        self.fields["amount"] = MoneyField(currency=currency, label=_("Amount"))
        self.fields["method"] = forms.ChoiceField(
            label=_("By"), choices=list(ways.items()), widget=forms.RadioSelect
        )
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=140, help_text=_("One line that the customer reads.")
        )


class Refusal(forms.Form):
    """Why something is not agreed to."""

    note = forms.CharField(label=_("Why not"), max_length=140)


class ChargeCard(forms.Form):
    """An amount to charge. `key` is made with the form, so sending it twice charges once."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, currency: Currency, owed: Money) -> None:
        super().__init__(data, initial={"key": uuid4(), "amount": str(owed) if owed.minor > 0 else ""})
        self.fields["amount"] = MoneyField(currency=currency, label=_("Amount"))


class TakePayment(forms.Form):
    """Money received. `key` is made with the form, so sending it twice records one payment."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: Currency, today: date, owed: Money, **options: Any) -> None:
        first = {
            "key": uuid4(),
            "received_on": today,
            "method": "cash",
            "amount": str(owed) if owed.minor > 0 else "",
        }
        super().__init__(*args, **options)
        self.initial = first
        self.today = today
        self.fields["amount"] = MoneyField(label=_("Amount"), currency=currency)
        self.fields["method"] = forms.ChoiceField(
            label=_("Paid by"), choices=list(METHODS.items()), widget=forms.RadioSelect
        )
        self.fields["received_on"] = DayField(label=_("Received on"))
        self.fields["reference"] = forms.CharField(
            label=_("Reference"),
            required=False,
            max_length=140,
            help_text=_("Cheque number, or the bank's words. Printed on the receipt."),
        )

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > self.today:
            raise ValidationError(_("This day has not come yet. Record the payment when it has arrived."))
        return day


class OneOff(forms.Form):
    """A charge or a credit that a person decided on."""

    def __init__(self, *args: Any, currency: Currency, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"on": today}
        self.fields["amount"] = MoneyField(label=_("Amount before tax"), currency=currency)
        self.fields["name"] = forms.CharField(
            label=_("What for"), max_length=140, help_text=_("The customer reads this on the next invoice.")
        )
        self.fields["on"] = DayField(label=_("From"))

    def clean_amount(self) -> Money:
        amount: Money = self.cleaned_data["amount"]
        if amount.minor <= 0:
            raise ValidationError(_("Write an amount above zero."))
        return amount


class GiveCredit(OneOff):
    """Goodwill: settles whatever comes next, tax included."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"].label = _("Amount")


class ChangePlan(forms.Form):
    """Another plan, at once or when the period that is paid for ends."""

    def __init__(self, *args: Any, plans: Iterable[tuple[str, str]], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"on": today, "when": "now"}
        self.fields["plan"] = forms.ChoiceField(label=_("New plan"), choices=list(plans))
        self.fields["when"] = forms.ChoiceField(
            label=_("When"),
            choices=[("now", _("On the day below")), ("period_end", _("When the period of that day ends"))],
            widget=forms.RadioSelect,
        )
        self.fields["on"] = DayField(label=_("Day"))


class OnDay(forms.Form):
    """Only a day: for suspending and resuming."""

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"on": today}
        self.fields["on"] = DayField(label=_("Day"))


class Suspend(OnDay):
    """Stop the service, with or without its charges."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["billing"] = "pause"
        self.fields["billing"] = forms.ChoiceField(
            label=_("Recurring charges"),
            choices=[("pause", _("Stop until it resumes")), ("continue", _("Go on"))],
            widget=forms.RadioSelect,
        )


class Cancel(OnDay):
    """End the subscription, at once or when the period that is paid for ends."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["when"] = "period_end"
        self.fields["when"] = forms.ChoiceField(
            label=_("When"),
            choices=[("period_end", _("When the period of that day ends")), ("now", _("On the day below"))],
            widget=forms.RadioSelect,
        )
        self.order_fields(["when", "on"])


class ReversePayment(OnDay):
    """Take a payment back, and say why."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=200, help_text=_("For example: the bank returned the cheque.")
        )


class Because(forms.Form):
    """Do it, and say why."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class Claim(Because):
    """An amount of an invoice, and why. `key` is made with the form, so sending it twice is once."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, currency: Currency, amount: Money) -> None:
        super().__init__(data, initial={"key": uuid4(), "amount": str(amount)})
        self.fields["amount"] = MoneyField(currency=currency, label=_("Amount"))
        self.order_fields(["amount", "reason"])


class RunThrough(forms.Form):
    """How far to bill."""

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"through": today}
        self.fields["through"] = DayField(
            label=_("Bill everything owed through"),
            help_text=_("Usually today. What was billed is not billed again."),
        )
        self.fields["above"] = forms.DecimalField(
            label=_("Also show bills above"),
            help_text=_(
                "In the currency of each bill. The draft shows the bills that a person should look at."
            ),
            required=False,
            min_value=0,
            max_digits=14,
            widget=forms.TextInput({"inputmode": "decimal", "class": "money", "autocomplete": "off"}),
        )


class Seen(forms.Form):
    """What a person saw when they agreed: the check sum of a draft."""

    check = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, check: int) -> None:
        super().__init__(data, initial={"check": check})


class Resend(forms.Form):
    """Another try, perhaps to another address."""

    def __init__(self, *args: Any, recipient: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"recipient": recipient}
        self.fields["recipient"] = forms.EmailField(label=_("To"))
