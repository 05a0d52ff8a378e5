"""Forms about vouchers."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from broadbill.console.forms import DayField, MoneyField
from broadbill.console.words import METHODS, VOUCHERS
from broadbill.core.money import Currency


class GenerateVouchers(forms.Form):
    """What is to be printed."""

    def __init__(self, *args: Any, currency: Currency, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"kind": "money"}
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"), choices=list(VOUCHERS.items()), widget=forms.RadioSelect
        )
        self.fields["value"] = forms.CharField(
            label=_("Worth"), max_length=20, help_text=_("10.00 for a wallet, 3h or 7d of time, 5GB of data.")
        )
        self.fields["price"] = MoneyField(label=_("Price of one"), currency=currency)
        self.fields["count"] = forms.IntegerField(
            label=_("How many"), min_value=1, help_text=_("24 fill a page.")
        )
        self.fields["valid_until"] = DayField(label=_("Valid until"), required=False)
        self.fields["profile"] = forms.CharField(
            label=_("Profile"),
            required=False,
            max_length=80,
            help_text=_("Name by which the network knows what it gives."),
        )


class SellVouchers(forms.Form):
    """Who took how many, and how they paid. `key` is made with the form, so sending it twice sells once."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, unsold: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"key": uuid4(), "count": unsold, "method": "cash", "sold_on": today}
        self.today = today
        self.fields["sold_to"] = forms.CharField(label=_("Sold to"), max_length=140)
        self.fields["count"] = forms.IntegerField(label=_("How many"), min_value=1)
        self.fields["method"] = forms.ChoiceField(
            label=_("Paid by"), choices=list(METHODS.items()), widget=forms.RadioSelect
        )
        self.fields["sold_on"] = DayField(label=_("Sold on"))

    def clean_sold_on(self) -> date:
        day: date = self.cleaned_data["sold_on"]
        if day > self.today:
            raise ValidationError(_("This day has not come yet."))
        return day


class RedeemVoucher(forms.Form):
    """The code on the card."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"] = forms.CharField(
            label=_("Code"), max_length=40, help_text=_("Small letters and missing dashes do not matter.")
        )


class BlockBatch(forms.Form):
    """Why the vouchers are not to be taken any more."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=200, help_text=_("For example: the sheet was lost.")
        )
