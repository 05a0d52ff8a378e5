"""Forms about promotions and their coupons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from broadbill.console.forms import DayField, MoneyField
from broadbill.core.money import Currency

MOST = 1_000_000


class _Named(forms.Form):
    """What every promotion says of itself: its code, its name, its days and its limits."""

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["code"] = forms.SlugField(
            label=_("Code"),
            max_length=60,
            help_text=_("Your own name for it: letters, digits and dashes, such as summer-26."),
        )
        self.fields["name"] = forms.CharField(
            label=_("Name"), max_length=140, help_text=_("The customer reads this on the invoice.")
        )

    def add_days_and_limits(self, per_account: int | None) -> None:
        self.initial = {"limit_per_account": per_account, **self.initial}
        self.fields["starts_on"] = DayField(label=_("Taken from"), required=False)
        self.fields["last_day"] = DayField(label=_("Last day"), required=False)
        self.fields["limit"] = forms.IntegerField(
            label=_("So often in all"), required=False, min_value=1, max_value=MOST
        )
        self.fields["limit_per_account"] = forms.IntegerField(
            label=_("So often by one customer"), required=False, min_value=1, max_value=MOST
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        starts, last = given.get("starts_on"), given.get("last_day")
        if starts and last and last < starts:
            self.add_error("last_day", _("It cannot end before it begins."))
        given["ends_on"] = last + timedelta(days=1) if last else None
        return given


class MakeDiscount(_Named):
    """A discount that coupons give."""

    def __init__(
        self,
        data: Any,
        *,
        currency: Currency,
        plans: Iterable[tuple[str, str]],
        charges: Iterable[tuple[str, str]],
    ) -> None:
        super().__init__(data)
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
        self.fields["periods"] = forms.IntegerField(
            label=_("For so many periods"),
            required=False,
            min_value=1,
            max_value=1200,
            help_text=_("Empty: for as long as the customer has the service."),
        )
        self.fields["plans"] = forms.MultipleChoiceField(
            label=_("For these plans alone"),
            choices=list(plans),
            required=False,
            help_text=_("None chosen: for all plans."),
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["charges"] = forms.MultipleChoiceField(
            label=_("Off these charges alone"),
            choices=list(charges),
            required=False,
            help_text=_("None chosen: recurring and usage charges."),
            widget=forms.CheckboxSelectMultiple,
        )
        self.add_days_and_limits(1)
        self.fields["new_customers_only"] = forms.BooleanField(label=_("New customers only"), required=False)
        self.fields["is_exclusive"] = forms.BooleanField(
            label=_("It stands beside no other promotion"), required=False
        )
        self.fields["coupon"] = forms.CharField(
            label=_("Coupon"),
            required=False,
            max_length=40,
            help_text=_("What customers say to get it, such as SUMMER-20. More can be made later."),
            widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors and (given["percent"] is None) == (given["amount"] is None):
            self.add_error("percent", _("Write either a percentage or an amount."))
        return given


class MakeReferral(_Named):
    """Credits for who brings a customer, and for the customer."""

    def __init__(self, data: Any, *, currency: Currency) -> None:
        super().__init__(data)
        self.fields["referrer"] = MoneyField(
            label=_("For who brings a customer"), currency=currency, required=False
        )
        self.fields["referred"] = MoneyField(
            label=_("For the new customer"), currency=currency, required=False
        )
        self.add_days_and_limits(None)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors and given["referrer"] is None and given["referred"] is None:
            self.add_error("referrer", _("Write an amount for one of them at least."))
        return given


class AddCoupon(forms.Form):
    """A code that people can remember."""

    code = forms.CharField(
        label=_("Coupon"),
        max_length=40,
        help_text=_("What customers say to get it, such as SUMMER-20."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )
    limit = forms.IntegerField(
        label=_("So often in all"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("Empty: as often as the promotion allows."),
    )
    last_day = DayField(label=_("Last day"), required=False)


class GenerateCoupons(forms.Form):
    """Codes that nobody guesses, each for one use."""

    count = forms.IntegerField(label=_("How many"), min_value=1)
    last_day = DayField(label=_("Last day"), required=False)


class LastDay(forms.Form):
    """The last day on which something is taken."""

    last_day = DayField(label=_("Last day"), help_text=_("Who took it keeps it."))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"last_day": today})


class Refer(forms.Form):
    """Who brought whom, by their customer numbers."""

    referrer = forms.CharField(label=_("Customer who brought"), max_length=40)
    referred = forms.CharField(label=_("Customer who came"), max_length=40)
    on = DayField(label=_("Day"))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"on": today})


def ends_on(last_day: date | None) -> date | None:
    """The first day on which it is not taken any more."""
    return last_day + timedelta(days=1) if last_day else None
