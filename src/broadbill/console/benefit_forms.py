"""Forms for what a customer is given: a coupon's promotion, a discount, credit for an outage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from broadbill.console.forms import DayField, MoneyField
from broadbill.contracts.queries.subscriptions import SubscriptionRead
from broadbill.core.money import Currency

WHOLE = "all"


class ForService(forms.Form):
    """Something for one of the customer's services, or for all; `subscription` is its id, None for all."""

    def __init__(self, *args: Any, services: Sequence[SubscriptionRead], **options: Any) -> None:
        super().__init__(*args, **options)
        each = [(str(one.id), f"{one.plan_name} ({one.code})") for one in services]
        choices = [(WHOLE, _("Everything the customer has")), *each]
        only = services[0].id if len(services) == 1 else WHOLE
        self.initial = {"subscription": str(only)}
        self.fields["subscription"] = forms.TypedChoiceField(
            label=_("For"), choices=choices, coerce=lambda value: None if value == WHOLE else int(value)
        )


class RedeemCoupon(ForService):
    """A coupon, spelled as it stands on the customer's paper."""

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["on"] = today
        self.fields["code"] = forms.CharField(
            label=_("Coupon"),
            max_length=60,
            help_text=_("Capitals and dashes do not matter."),
            widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
        )
        self.fields["on"] = DayField(label=_("From"))
        self.order_fields(["code", "subscription", "on"])


class GiveDiscount(ForService):
    """A discount that a person decided on: per cent, or an amount each period."""

    def __init__(
        self,
        *args: Any,
        services: Sequence[SubscriptionRead],
        currency: Currency,
        today: date,
        **options: Any,
    ) -> None:
        super().__init__(*args, services=services, **options)
        self.initial["on"] = today
        self.fields["name"] = forms.CharField(
            label=_("What for"), max_length=140, help_text=_("The customer reads this on the invoice.")
        )
        self.fields["percent"] = forms.DecimalField(
            label=_("Per cent off"),
            required=False,
            min_value=0,
            max_value=100,
            decimal_places=3,
            widget=forms.TextInput({"inputmode": "decimal", "class": "money", "autocomplete": "off"}),
        )
        self.fields["amount"] = MoneyField(
            label=_("Or an amount each period"), currency=currency, required=False
        )
        self.fields["charges"] = forms.MultipleChoiceField(
            label=_("Off these charges alone"),
            choices=[(code, code) for code in _charges(services)],
            required=False,
            help_text=_("None chosen: recurring and usage charges."),
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["periods"] = forms.IntegerField(
            label=_("For so many periods"), required=False, min_value=1, max_value=1200
        )
        self.fields["on"] = DayField(label=_("From"))
        self.fields["until"] = DayField(
            label=_("Ends on"), required=False, help_text=_("The first day without it.")
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and (given["percent"] is None) == (given["amount"] is None):
            self.add_error("percent", _("Write either a percentage or an amount."))
        return given


class RecordOutage(ForService):
    """From when to when service was out, in the provider's time, and what is given back for it."""

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now
        self.initial["per"] = "day"
        self.fields["starts_at"] = forms.DateTimeField(label=_("It began"), widget=_moment())
        self.fields["ends_at"] = forms.DateTimeField(label=_("It was over"), widget=_moment())
        self.fields["per"] = forms.ChoiceField(
            label=_("Give back"),
            choices=[
                ("day", _("A day's price for each day begun")),
                ("hour", _("An hour's price for each hour begun")),
            ],
            widget=forms.RadioSelect,
        )
        self.fields["min_minutes"] = forms.IntegerField(
            label=_("Nothing for fewer minutes than"), required=False, min_value=0, max_value=1_000_000
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        if given["ends_at"] > self.now:
            self.add_error("ends_at", _("This has not come yet. Record the outage when it is over."))
        elif given["ends_at"] <= given["starts_at"]:
            self.add_error("ends_at", _("It must be over after it began."))
        return given


def _charges(services: Sequence[SubscriptionRead]) -> list[str]:
    return list(dict.fromkeys(charge.code for one in services for charge in one.charges))


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
