"""Forms for taking customers on, selling to them, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from broadbill.accounts.domain.new_account import NewAccount, NewContact
from broadbill.console.forms import DayField
from broadbill.console.words import CUSTOMER_KINDS, PAYS_BY
from broadbill.contracts.operations.take_on import Sale

LANGUAGES = settings.LANGUAGES
COUNTRY_CODE = r"^[A-Za-z]{2}$"


class Sell(forms.Form):
    """A plan, from when, how many."""

    needs_plan = True

    def __init__(self, *args: Any, plans: Iterable[tuple[str, str]], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {**self.initial, "starts_on": today, "quantity": "1"}
        blank = [] if self.needs_plan else [("", _("None yet"))]
        self.fields["plan"] = forms.ChoiceField(
            label=_("Plan"), choices=[*blank, *plans], required=self.needs_plan
        )
        self.fields["starts_on"] = DayField(label=_("From"))
        self.fields["quantity"] = forms.DecimalField(
            label=_("How many"), min_value=Decimal(0), max_digits=18, decimal_places=6
        )
        self.fields["term_months"] = forms.IntegerField(
            label=_("Minimum term in months"), min_value=1, max_value=120, required=False
        )

    @property
    def sale(self) -> Sale | None:
        """What is sold; None without a plan."""
        given = self.cleaned_data
        if not given["plan"]:
            return None
        return Sale(
            plan=given["plan"],
            starts_on=given["starts_on"],
            quantity=given["quantity"],
            term_months=given["term_months"],
        )


class NewCustomer(Sell):
    """Who, where, how they pay, and what they get first."""

    needs_plan = False

    def __init__(self, *args: Any, number: str, country: str, language: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {
            **self.initial,
            "number": number,
            "country": country,
            "language": language,
            "kind": "residential",
            "pays_by": "transfer",
        }
        own = {
            "name": forms.CharField(label=_("Name"), max_length=200),
            "number": forms.CharField(label=_("Customer number"), max_length=60),
            "email": forms.EmailField(label=_("E-mail"), required=False, help_text=_("Bills go there.")),
            "phone": forms.CharField(label=_("Telephone"), max_length=60, required=False),
            "street": forms.CharField(label=_("Street and number"), max_length=200, required=False),
            "postcode": forms.CharField(label=_("Postcode"), max_length=20, required=False),
            "city": forms.CharField(label=_("Town"), max_length=100, required=False),
            "region": forms.CharField(label=_("Region"), max_length=100, required=False),
            "country": forms.RegexField(
                COUNTRY_CODE, label=_("Country"), required=False, help_text=_("Two letters, such as LU.")
            ),
            "language": forms.ChoiceField(label=_("Language"), choices=LANGUAGES),
            "tax_id": forms.CharField(label=_("Tax number"), max_length=40, required=False),
            "kind": forms.ChoiceField(label=_("Kind of customer"), choices=list(CUSTOMER_KINDS.items())),
            "pays_by": forms.ChoiceField(label=_("Pays by"), choices=list(PAYS_BY.items())),
        }
        self.fields = {**own, **self.fields}

    def account(self, *, opened_on: date, currency: str, timezone: str, terms_days: int) -> NewAccount:
        given = self.cleaned_data
        contacts: tuple[NewContact, ...] = ()
        if given["phone"] or given["email"]:
            contacts = (NewContact(name=given["name"], email=given["email"], phone=given["phone"]),)
        same = (
            "name",
            "number",
            "email",
            "street",
            "postcode",
            "city",
            "region",
            "language",
            "tax_id",
            "kind",
            "pays_by",
        )
        return NewAccount(
            **{key: given[key].strip() for key in same},
            country=given["country"].upper(),
            opened_on=min(opened_on, given["starts_on"]),
            currency=currency,
            timezone=timezone,
            terms_days=terms_days,
            contacts=contacts,
        )


class Move(forms.Form):
    """Where service is delivered from now on."""

    street = forms.CharField(label=_("Street and number"), max_length=200)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("Town"), max_length=100, required=False)
    region = forms.CharField(label=_("Region"), max_length=100, required=False)
    country = forms.RegexField(
        COUNTRY_CODE, label=_("Country"), required=False, help_text=_("Two letters, such as LU.")
    )
    bills_too = forms.BooleanField(
        label=_("Bills go there too"),
        required=False,
        initial=True,
        help_text=_("Taxes that go by the address follow from the next bill on."),
    )

    def __init__(self, data: Any, *, services: Iterable[tuple[int, str]], country: str) -> None:
        services = list(services)
        super().__init__(data, initial={"services": [key for key, _name in services], "country": country})
        self.fields["services"] = forms.TypedMultipleChoiceField(
            label=_("What moves"), choices=services, coerce=int, widget=forms.CheckboxSelectMultiple
        )
        self.order_fields(["services"])


class Details(forms.Form):
    """What a bill prints of a customer, and where it goes."""

    def __init__(self, data: Any, *, first: dict[str, Any]) -> None:
        super().__init__(data, initial=first)
        self.fields["legal_name"] = forms.CharField(label=_("Name on the bill"), max_length=200)
        self.fields["street"] = forms.CharField(label=_("Street and number"), max_length=200, required=False)
        self.fields["postcode"] = forms.CharField(label=_("Postcode"), max_length=20, required=False)
        self.fields["city"] = forms.CharField(label=_("Town"), max_length=100, required=False)
        self.fields["region"] = forms.CharField(label=_("Region"), max_length=100, required=False)
        self.fields["country"] = forms.RegexField(COUNTRY_CODE, label=_("Country"), required=False)
        self.fields["email"] = forms.EmailField(label=_("Bills go to"), required=False)
        self.fields["tax_id"] = forms.CharField(label=_("Tax number"), max_length=40, required=False)
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
        self.fields["terms_days"] = forms.IntegerField(label=_("Days to pay"), min_value=0, max_value=365)
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind of customer"), choices=list(CUSTOMER_KINDS.items())
        )


class Note(forms.Form):
    """What was said or seen."""

    text = forms.CharField(label=_("Note"), max_length=2000, widget=forms.Textarea)


class Pinned(forms.Form):
    """What everybody should read first."""

    text = forms.CharField(label=_("Pinned notes"), max_length=4000, widget=forms.Textarea, required=False)


class Quantity(forms.Form):
    """Another number of them, from a day on."""

    def __init__(self, data: Any, *, now: Decimal, today: date) -> None:
        super().__init__(data, initial={"quantity": now.normalize(), "on": today})
        self.fields["quantity"] = forms.DecimalField(
            label=_("How many"), min_value=Decimal(0), max_digits=18, decimal_places=6
        )
        self.fields["on"] = DayField(label=_("From"))
