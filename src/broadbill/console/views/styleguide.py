"""The styleguide: every component in every state, on one page. The visual tests run on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from broadbill.console.sheets import Question, ask
from broadbill.console.stories import Moment
from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.design.charts import Column, amount_mark
from broadbill.design.formats import locale_of
from broadbill.identity.permissions import for_staff

EUR = Currency.of("EUR")
LOCALE = locale_of("en")
TOKENS = (
    "bg",
    "surface",
    "sunken",
    "line",
    "ink",
    "ink-2",
    "accent",
    "accent-solid",
    "accent-soft",
    "good",
    "warn",
    "bad",
)
MONTHS = ("Jun", "Jul", "Aug", "Sep", "Oct", "Nov")
BILLED = (46741_20, 47902_50, 49113_80, 50377_40, 51640_20, 52830_00)
COLLECTED = (45120_60, 47011_90, 47790_30, 48866_10, 50120_70, 48216_50)


@dataclass(frozen=True, slots=True)
class Cause:
    kind: str
    title: str
    how: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    facts: str
    state: str
    tone: str
    icon: str
    reason: str
    due: date
    late_days: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Slice:
    first: bool
    next_key: str


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="As it stands on the contract.")
    email = forms.EmailField(label="E-mail", required=False)
    amount = forms.CharField(
        label="Amount",
        help_text="1,234.50 and 1.234,50 are both understood.",
        widget=forms.TextInput({"inputmode": "decimal", "class": "money"}),
    )
    day = forms.DateField(label="Day", widget=forms.DateInput({"type": "date"}))
    plan = forms.ChoiceField(label="Plan", choices=[("100", "Fibre 100"), ("500", "Fibre 500")])
    method = forms.ChoiceField(
        label="Method",
        choices=[("cash", "Cash"), ("cheque", "Cheque"), ("transfer", "Transfer")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea({"rows": 2}))
    keep = forms.BooleanField(label="Send a receipt", required=False, help_text="By e-mail, at once.")


@for_staff
def styleguide(request: HttpRequest) -> HttpResponse:
    return render(request, "console/styleguide/page.html", _context())


@for_staff
def sheet(request: HttpRequest) -> HttpResponse:
    """A question: a page of its own, or the inside of the sheet when htmx asks."""
    question = Question(
        title="Suspend the service",
        words="The service of Amina Haddad stops at once. It comes back when 62.40 is paid.",
        verb="Suspend the service",
        is_danger=True,
        form=forms.Form(request.POST or None),
        back="Styleguide",
        back_href=reverse("console:styleguide"),
    )
    return ask(request, question, lambda: "Nothing happened: this was a sample.")


def _context() -> dict[str, Any]:
    wrong = SampleForm({"name": "", "email": "not an address", "amount": "", "plan": "100"},
                       auto_id="wrong_%s")  # fmt: skip
    return {
        "tokens": TOKENS,
        "form": SampleForm(initial={"plan": "500", "method": "cash"}),
        "wrong": wrong,
        "money": Money(48_216_50, EUR),
        "credit": Money(-24_50, EUR),
        "yen": Money(12_940, Currency.of("JPY")),
        "dinar": Money(1_234_500, Currency.of("KWD")),
        "nothing": None,
        "day": date(2026, 11, 19),
        "other_year": date(2025, 11, 19),
        "moment": datetime(2026, 11, 19, 9, 2, tzinfo=UTC),
        "month": Period(date(2026, 11, 1), date(2026, 12, 1)),
        "trend": [float(value) for value in COLLECTED],
        "columns": [
            Column(month, f"{month} 2026", tuple(amount_mark(Money(a, EUR), LOCALE) for a in amounts), month == "Nov")
            for month, *amounts in zip(MONTHS, BILLED, COLLECTED, strict=True)
        ],
        "ages": [Money(642015, EUR), Money(321060, EUR), Money(189050, EUR), Money(141900, EUR)],
        "causes": [
            Cause("base", "Last bill, October", "Fibre 300, full month 1–31 October", Money(44_90, EUR)),
            Cause("minus", "Fibre 300 until the change", "12 of 30 days × 44.90 = 17.96, instead of 44.90",
                  Money(-26_94, EUR)),
            Cause("plus", "Fibre 500 from 13 November", "18 of 30 days × 54.90 = 32.94", Money(32_94, EUR)),
        ],
        "total": Money(50_90, EUR),
        "moments": [
            Moment("credit-card", "bad", "Card payment of 62.40 declined", "Insufficient funds", "",
                   datetime(2026, 11, 19, 9, 2, tzinfo=UTC)),
            Moment("receipt-text", "", "Invoice 2026-004812 issued", "62.40, e-mailed", "#",
                   datetime(2026, 11, 5, 6, 0, tzinfo=UTC)),
            Moment("banknote", "good", "Paid 44.90 in cash", "Jonas", "", datetime(2025, 11, 3, 14, 30, tzinfo=UTC)),
        ],
        "rows": [
            Row("Amina Haddad", "2026-004812 · Fibre 500", "Payment failed", "warn", "circle-alert",
                "Card declined: insufficient funds", date(2026, 11, 19), 4, Money(62_40, EUR)),
            Row("Blue Anchor Café", "2026-004655 · Business 1000", "Overdue", "bad", "clock",
                "2nd reminder sent 15 Nov", date(2026, 11, 4), 19, Money(418_00, EUR)),
            Row("Grace Okonkwo", "CN-2026-0091 · Fibre 300", "Refund", "good", "rotate-ccw",
                "Waiting for approval", date(2026, 11, 20), 0, Money(-24_50, EUR)),
        ],
        "slice": Slice(first=False, next_key="sample"),
    }  # fmt: skip
