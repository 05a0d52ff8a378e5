"""Forms about plans: their prices, copies, ends and successors, and how they stand in the portal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from broadbill.catalog.domain.figure import figure_of
from broadbill.catalog.queries.price_list import ChargePrice
from broadbill.console.forms import DayField

MOST_DAYS = 365
PRICE = "price_"


class Figure(forms.DecimalField):
    """A price with all its decimals, such as 0.0071; dot or comma."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput({"inputmode": "decimal", "class": "money", "autocomplete": "off"})
        super().__init__(
            widget=widget, min_value=Decimal(0), max_digits=18, decimal_places=9, localize=False, **options
        )

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class CopyPlan(forms.Form):
    """A plan with the charges of another, some at a price of their own."""

    def __init__(self, data: Any, *, name: str, charges: Sequence[ChargePrice]) -> None:
        super().__init__(data, initial={"name": name})
        self.fields["code"] = forms.CharField(
            label=_("Code"), max_length=60, help_text=_("The new plan's own, such as fibre-200.")
        )
        self.fields["name"] = forms.CharField(
            label=_("Name"), max_length=140, help_text=_("The customer reads this on the invoice.")
        )
        for charge in charges:
            figure = figure_of(charge.model)
            if figure is not None:
                self.fields[PRICE + charge.code] = Figure(
                    label=_("Price of %s") % (charge.name or charge.code),
                    required=False,
                    help_text=_("Empty: %(price)s as now, with the prices to come.") % {"price": figure},
                )

    @property
    def prices(self) -> dict[str, Decimal]:
        """What was written, by the charge's code."""
        return {
            name.removeprefix(PRICE): amount
            for name, amount in self.cleaned_data.items()
            if name.startswith(PRICE) and amount is not None
        }


class SetPrice(forms.Form):
    """A list price of one charge from a day on."""

    def __init__(self, data: Any, *, charges: Iterable[tuple[str, str]], today: date) -> None:
        super().__init__(data, initial={"starts_on": today, "whose": "new"})
        self.fields["charge"] = forms.ChoiceField(label=_("Charge"), choices=list(charges))
        self.fields["amount"] = Figure(label=_("New price"))
        self.fields["starts_on"] = DayField(label=_("From"))
        self.fields["whose"] = forms.ChoiceField(
            label=_("Whose price"),
            choices=[
                ("new", _("Of those who come to the plan from that day on")),
                ("everyone", _("Of everyone who has no agreed price")),
            ],
            widget=forms.RadioSelect,
            help_text=_("For everyone from a day gone by, the next run bills the difference."),
        )


class RetirePlan(forms.Form):
    """The first day on which it is not sold."""

    on = DayField(label=_("Not sold from"))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"on": today})


class ReplacePlan(forms.Form):
    """Which plan takes over, from when, and how long before it customers are told."""

    def __init__(self, data: Any, *, plans: Iterable[tuple[str, str]], starts: date) -> None:
        super().__init__(data, initial={"starts_on": starts, "notice_days": 30})
        self.fields["successor"] = forms.ChoiceField(label=_("Replaced by"), choices=list(plans))
        self.fields["starts_on"] = DayField(
            label=_("From"),
            help_text=_("Each customer moves with their own period that begins then or next after it."),
        )
        self.fields["notice_days"] = forms.IntegerField(
            label=_("Days of notice"), min_value=0, max_value=MOST_DAYS
        )
        self.fields["without_notice"] = forms.BooleanField(
            label=_("Do it even if that gives less notice"), required=False
        )


class OfferPlan(forms.Form):
    """What customers may do with it in the portal."""

    def __init__(self, data: Any, *, first: dict[str, Any]) -> None:
        super().__init__(data, initial=first)
        self.fields["kind"] = forms.ChoiceField(
            label=_("In the portal"),
            required=False,
            choices=[
                ("", _("Customers do not see it")),
                ("plan", _("Customers may change to it")),
                ("extra", _("Customers may add it beside what they have, and stop it")),
            ],
            widget=forms.RadioSelect,
        )
        self.fields["when"] = forms.ChoiceField(
            label=_("A change takes effect"),
            choices=[("now", _("At once")), ("period_end", _("When the period that is paid for ends"))],
            widget=forms.RadioSelect,
        )
        self.fields["most"] = forms.IntegerField(
            label=_("How many a customer may have of it"), min_value=1, max_value=1000
        )

    def clean_kind(self) -> str:
        kind: str = self.cleaned_data["kind"]
        if kind not in ("", "plan", "extra"):
            raise ValidationError(_("Choose one of these."))
        return kind
