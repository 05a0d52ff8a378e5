"""Forms of the settings: who bills, taxes, conventions, a test of the mail."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from broadbill.accounts.domain.new_account import TIMEZONES
from broadbill.console.forms import DayField

MOST_LOGO_BYTES = 200_000
# Of a drawing, what could do more than be drawn.
NOT_DRAWN = frozenset({"script", "foreignObject", "iframe", "image", "use", "animate", "set"})


class Company(forms.Form):
    """Who bills, as documents say it."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("What customers call you."))
    legal_name = forms.CharField(label=_("Name in the register"), max_length=200, required=False)
    street = forms.CharField(label=_("Street and number"), max_length=200, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("Town"), max_length=100, required=False)
    region = forms.CharField(label=_("Region"), max_length=100, required=False)
    country = forms.CharField(
        label=_("Country"), max_length=2, help_text=_("Two letters, such as LU. Taxes go by it.")
    )
    tax_id = forms.CharField(label=_("Tax number"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail for customers"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=60, required=False)
    website = forms.CharField(label=_("Website"), max_length=200, required=False)

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()


class Paying(forms.Form):
    """Where customers pay to, and what a new customer gets unless something else is said."""

    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        help_text=_("ISO 4217, such as EUR. Of new customers and of reports."),
    )
    terms_days = forms.IntegerField(
        label=_("Days to pay"), min_value=0, max_value=365, help_text=_("Of new customers.")
    )
    timezone = forms.ChoiceField(label=_("Time zone"), choices=[(zone, zone) for zone in sorted(TIMEZONES)])
    language = forms.ChoiceField(label=_("Language of new customers"), choices=settings.LANGUAGES)
    iban = forms.CharField(
        label=_("IBAN"),
        max_length=42,
        required=False,
        help_text=_("Printed on invoices; with EUR, a code that banking apps read."),
    )
    bic = forms.CharField(label=_("BIC"), max_length=11, required=False)
    creditor_id = forms.CharField(
        label=_("SEPA creditor identifier"), max_length=35, required=False, help_text=_("For direct debits.")
    )

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class Look(forms.Form):
    """The logo, the colour, the paper."""

    logo = forms.FileField(
        label=_("Logo"), required=False, help_text=_("An SVG drawing, at the head of documents.")
    )
    keeps_no_logo = forms.BooleanField(label=_("Print no logo"), required=False)
    brand_hue = forms.IntegerField(
        label=_("Colour"),
        min_value=0,
        max_value=359,
        help_text=_("A hue from 0 to 359: 262 is blue, 150 green, 25 red."),
    )
    paper = forms.ChoiceField(label=_("Paper"), choices=[("a4", "A4"), ("letter", "Letter")])

    def clean_logo(self) -> str | None:
        """The drawing as text; None where none was chosen."""
        chosen = self.cleaned_data["logo"]
        if chosen is None:
            return None
        if chosen.size > MOST_LOGO_BYTES:
            raise ValidationError(
                _("The drawing is larger than 200 kB. Simplify it, or leave pictures out of it.")
            )
        try:
            text = chosen.read().decode("utf-8")
            drawing = fromstring(text)
        except (UnicodeDecodeError, ParseError, DefusedXmlException):
            raise ValidationError(_("This is no SVG drawing.")) from None
        kinds = {str(part.tag).rpartition("}")[2] for part in drawing.iter()}
        acts = any(name.lower().startswith("on") for part in drawing.iter() for name in part.attrib)
        if "svg" not in kinds or kinds & NOT_DRAWN or acts:
            raise ValidationError(
                _(
                    "Only a plain drawing can be printed: paths and shapes, no pictures, scripts or animations."
                )
            )
        return str(text)


class AddTax(forms.Form):
    """A tax rate from a day on."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("As documents print it, such as VAT."))
    percent = forms.DecimalField(
        label=_("Rate"), min_value=Decimal(0), max_value=Decimal(1000), max_digits=9, decimal_places=5
    )
    category = forms.SlugField(
        label=_("Category"),
        max_length=60,
        initial="standard",
        help_text=_("Of the charges it is for. “standard” is what a charge has that says nothing else."),
    )
    region = forms.CharField(
        label=_("Only in"),
        max_length=60,
        required=False,
        help_text=_("A country or region of customers; empty for everywhere."),
    )
    starts_on = DayField(label=_("From"), required=False)
    last_day = DayField(label=_("Last day"), required=False)
    is_inclusive = forms.BooleanField(
        label=_("Prices have it inside"), required=False, help_text=_("Otherwise it comes on top.")
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        starts, last = given.get("starts_on"), given.get("last_day")
        if starts and last and last < starts:
            self.add_error("last_day", _("It cannot end before it starts."))
        return given


class EndTax(forms.Form):
    """The last day of a rate."""

    last_day = DayField(label=_("Last day"))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"last_day": today - timedelta(days=1)})


# What may be agreed on, by the keys of the scenario contract: its title and its values, the usual one first.
CONVENTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "proration": (
        _("Part of a period"),
        {
            "day": _("by the day"),
            "second": _("by the second"),
            "month30": _("by the day, every month counted as 30"),
            "none": _("charged whole"),
        },
    ),
    "first_period": (
        _("First period up to the billing day"),
        {"prorate": _("its part"), "full": _("charged whole"), "free": _("free")},
    ),
    "on_cancel": (
        _("When a customer leaves"),
        {
            "prorate": _("the unused days come back"),
            "none": _("nothing comes back"),
            "full": _("the whole period comes back"),
        },
    ),
    "cancel_day": (_("The day of leaving"), {"free": _("is not charged"), "charged": _("is charged")}),
    "on_change": (
        _("When the plan changes"),
        {
            "prorate": _("old days back, new days charged"),
            "next_period": _("from the next period on"),
            "none": _("the new one whole, the old not back"),
        },
    ),
    "rounding": (
        _("Rounding of lines"),
        {"half_up": _("half up"), "half_even": _("half to the even one"), "down": _("down")},
    ),
    "tax_rounding": (
        _("Rounding of tax"),
        {"document": _("once on the document, by rate"), "line": _("on each line")},
    ),
    "corrections": (
        _("Credits for what was billed"),
        {"inline": _("lines on the next invoice"), "credit_note": _("always a credit note of their own")},
    ),
    "usage_late": (
        _("Usage that comes late"),
        {"next_bill": _("goes on the next bill"), "drop": _("is not billed")},
    ),
    "trial_anchor": (
        _("Anniversaries of a trial count"),
        {"start": _("from its start"), "trial_end": _("from its end")},
    ),
}


BILLING_DAYS = (
    ("start", _("the day of the month on which each subscription began")),
    *((str(day), str(day)) for day in range(1, 32)),
)


class Conventions(forms.Form):
    """How bills are made, where nobody has agreed on something else with a customer."""

    billing_day = forms.ChoiceField(
        label=_("Billing day"),
        choices=BILLING_DAYS,
        help_text=_("Of calendar billing: everybody on the same day of the month."),
    )

    def __init__(self, data: Any, *, policy: dict[str, Any]) -> None:
        said = {key: policy.get(key, next(iter(values))) for key, (_title, values) in CONVENTIONS.items()}
        super().__init__(data, initial={**said, "billing_day": str(policy.get("anchor", {}).get("day", 1))})
        self.policy = policy
        for key, (title, values) in CONVENTIONS.items():
            self.fields[key] = forms.ChoiceField(label=title, choices=list(values.items()))

    def content(self) -> dict[str, Any]:
        """The policy with what was chosen; what is usual is not said, and months and weekdays stay."""
        given = self.cleaned_data
        said = {
            key: given[key] for key, (_t, values) in CONVENTIONS.items() if given[key] != next(iter(values))
        }
        day = given["billing_day"]
        anchor = {**self.policy.get("anchor", {}), "day": day if day == "start" else int(day)}
        usual = anchor == {"day": 1}
        return {**said, **({} if usual else {"anchor": anchor})}


class TestMail(forms.Form):
    """Where a test message goes."""

    recipient = forms.EmailField(label=_("To"))


class FirstOwner(forms.Form):
    """The first who signs in."""

    full_name = forms.CharField(label=_("Your name"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("You sign in with it."),
        widget=forms.EmailInput({"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; a few words are best."),
    )
