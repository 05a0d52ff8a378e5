"""What a promotion gives and to whom, in words of the office."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from babel import Locale
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from broadbill.catalog.domain.promotion import Promotion
from broadbill.console.words import Sign
from broadbill.core.money import Currency
from broadbill.design.formats import day_text, money_with_currency, plain_text

STATES = {
    "open": Sign(gettext_lazy("Running"), "good", "circle-check"),
    "to_come": Sign(gettext_lazy("To come"), "accent", "clock"),
    "paused": Sign(gettext_lazy("Paused"), "warn", "circle-pause"),
    "used_up": Sign(gettext_lazy("Used up"), "", "circle-minus"),
    "ended": Sign(gettext_lazy("Ended"), "", "circle-x"),
}


def gives(terms: Promotion, locale: Locale, *, today: date) -> str:
    """`20 % off 3 periods, until 31 Dec`; `10.00 for who brings a customer, 5.00 for the new one`."""
    if terms.kind == "referral":
        return ", ".join(_credits(terms, locale))
    words = [_off(terms, locale)]
    if terms.charges:
        words.append(_("only %(charges)s") % {"charges": ", ".join(terms.charges)})
    if until := terms.benefit.get("until"):
        words.append(_("until %(day)s") % {"day": _last_day(date.fromisoformat(until), locale, today)})
    return ", ".join(words)


def conditions(terms: Promotion, locale: Locale, *, today: date) -> list[str]:
    """Who may take it, and when; empty where anybody may at any time, as often as they like."""
    words: list[str] = []
    if terms.plans:
        words.append(_("For %(plans)s") % {"plans": ", ".join(sorted(terms.plans))})
    if terms.new_customers_only:
        words.append(_("New customers only"))
    if terms.starts_on:
        words.append(_("From %(day)s") % {"day": day_text(terms.starts_on, locale, today=today)})
    if terms.ends_on:
        words.append(_("Last day %(day)s") % {"day": _last_day(terms.ends_on, locale, today)})
    if terms.limit_per_account is not None:
        n = terms.limit_per_account
        words.append(ngettext("%(n)s time a customer", "%(n)s times a customer", n) % {"n": n})
    if terms.is_exclusive:
        words.append(_("Beside no other promotion"))
    return words


def _off(terms: Promotion, locale: Locale) -> str:
    if "percent" in terms.benefit:
        off = _("%(percent)s %% off") % {"percent": plain_text(Decimal(terms.benefit["percent"]), locale)}
    else:
        off = _("%(amount)s off a period") % {"amount": _amount(terms, "amount", locale)}
    periods = terms.benefit.get("periods")
    if periods is None:
        return off
    for_periods = ngettext("for %(n)s period", "for %(n)s periods", periods) % {"n": periods}
    return f"{off}, {for_periods}"


def _credits(terms: Promotion, locale: Locale) -> list[str]:
    words = []
    if "referrer" in terms.benefit:
        words.append(
            _("%(amount)s for who brings a customer") % {"amount": _amount(terms, "referrer", locale)}
        )
    if "referred" in terms.benefit:
        words.append(_("%(amount)s for the new one") % {"amount": _amount(terms, "referred", locale)})
    return words


def _amount(terms: Promotion, key: str, locale: Locale) -> str:
    money = Currency.of(terms.currency).exact(Decimal(terms.benefit[key]))
    return money_with_currency(money, locale)


def _last_day(ends_on: date, locale: Locale, today: date) -> str:
    return day_text(ends_on - timedelta(days=1), locale, today=today)
