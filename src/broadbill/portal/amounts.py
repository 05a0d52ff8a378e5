"""Amounts that customers type, with the decimal sign of their language."""

from __future__ import annotations

from typing import Any

from babel.numbers import get_decimal_symbol
from django import forms
from django.utils.translation import gettext as _

from broadbill.core.money import Currency
from broadbill.design.amounts import AmountUnreadable, read_amount
from broadbill.portal.templatetags.portal import here


class AmountField(forms.CharField):
    """More than nothing, in a currency that the form knows. Its value is `Money`."""

    def __init__(self, *, currency: Currency, **options: Any) -> None:
        self.currency = currency
        widget = forms.TextInput({"inputmode": "decimal", "class": "money", "autocomplete": "off"})
        super().__init__(widget=widget, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            amount = read_amount(text, self.currency, decimal_symbol=get_decimal_symbol(here()))
        except AmountUnreadable:
            raise forms.ValidationError(_("Write an amount like 62.40.")) from None
        if amount.minor <= 0:
            raise forms.ValidationError(_("Write how much: more than nothing."))
        return amount
