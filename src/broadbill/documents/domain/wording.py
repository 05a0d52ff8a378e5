"""The words and figures of a document in its reader's language.

Labels come from `labels/<language>.toml`; figures, dates and currency symbols from CLDR through babel. The
number of decimals is the currency's own (ISO 4217), not CLDR's, which rounds some currencies to whole units.
"""

from __future__ import annotations

import tomllib
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval
from babel.numbers import NumberPattern
from babel.units import format_unit

from broadbill.core.money import Money
from broadbill.core.period import Period

FALLBACK = "en"
# No font draws them, and the layout sets the direction.
DIRECTION_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))


@cache
def labels(language: str) -> dict[str, str]:
    """The label table of a plain language code; English where there is none."""
    folder = files("broadbill.documents") / "labels"
    table = folder / f"{language}.toml"
    if not table.is_file():
        table = folder / f"{FALLBACK}.toml"
    return tomllib.loads(table.read_text(encoding="utf-8"))


@cache
def available_languages() -> tuple[str, ...]:
    """The plain language codes that have labels of their own."""
    folder = files("broadbill.documents") / "labels"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def locale_of(tag: str) -> Locale:
    """The CLDR locale of a BCP 47 tag, or of its language alone, or English."""
    parts = tag.replace("_", "-").split("-")
    for candidate in ("-".join(parts), parts[0], FALLBACK):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    raise ValueError(f"CLDR has no locale for {tag!r} nor for English")


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's labels and formats. Made by `Wording.of`, which is cached."""

    locale: Locale
    labels: dict[str, str]

    @staticmethod
    def of(tag: str) -> Wording:
        return wording_of(tag)

    @property
    def language(self) -> str:
        """The language of the labels, which sets hyphenation and the direction of the page."""
        return self.locale.language if self.locale.language in available_languages() else FALLBACK

    def __getitem__(self, key: str) -> str:
        return self.labels[key]

    def say(self, key: str, **values: str) -> str:
        """A label with its values filled in."""
        return self.labels[key].format(**values)

    def figure(self, money: Money) -> str:
        """The amount without its currency, e.g. `1.234,50`, for a column whose head names the currency."""
        return self.number(money.amount, least=money.currency.digits, most=money.currency.digits)

    def money(self, money: Money) -> str:
        """The amount with the currency's symbol where the language puts it."""
        pattern = pattern_of(self.locale, "currency", money.currency.digits)
        shown = pattern.apply(money.amount, self.locale, currency=money.currency.code, currency_digits=False)
        return typeset(shown)

    def price_per(self, money: Money, *, every: int, unit: str) -> str:
        """A recurring price: `36,00 € pro Monat`, `90,00 € alle 3 Monate`. `unit` is day, week or month."""
        if unit == "month" and every % 12 == 0:
            every, unit = every // 12, "year"
        key = f"per_{unit}" if every == 1 else f"per_{unit}s"
        return self.say(key, price=self.money(money), every=str(every))

    def number(self, value: Decimal, *, least: int = 0, most: int = 12) -> str:
        """A plain number with between `least` and `most` decimals, trailing zeros beyond `least` dropped."""
        value = value.normalize()
        decimals = max(least, min(most, -int(value.as_tuple().exponent)))
        return typeset(pattern_of(self.locale, "decimal", decimals).apply(value, self.locale))

    def percent(self, rate: Decimal) -> str:
        """A percentage (19 means 19 %) as the language writes it."""
        decimals = max(0, -int(rate.normalize().as_tuple().exponent))
        return typeset(pattern_of(self.locale, "percent", decimals).apply(rate / 100, self.locale))

    def measure(self, amount: int, unit: str) -> str:
        """An amount with a CLDR unit such as `duration-hour` or `digital-gigabyte`, in words as short as is usual."""
        length: Literal["long", "short"] = "long" if unit.startswith("duration") else "short"
        return plain_spaces(format_unit(amount, unit, length, locale=self.locale))

    def long_date(self, day: date) -> str:
        return plain_spaces(format_date(day, "long", locale=self.locale))

    def period(self, period: Period) -> str:
        """From the first day to the last day inside it."""
        return period_shown(self.locale, period)


@cache
def wording_of(tag: str) -> Wording:
    locale = locale_of(tag)
    return Wording(locale, labels(locale.language))


@cache
def pattern_of(locale: Locale, kind: str, decimals: int) -> NumberPattern:
    """The locale's pattern for that kind of number, with exactly so many decimals."""
    patterns = {
        "currency": locale.currency_formats["standard"],
        "decimal": locale.decimal_formats[None],
        "percent": locale.percent_formats[None],
    }
    pattern: NumberPattern = copy(patterns[kind])
    pattern.frac_prec = (decimals, decimals)
    return pattern


@cache
def period_shown(locale: Locale, period: Period) -> str:
    last = period.last_day
    if last == period.starts:
        return plain_spaces(format_date(last, "medium", locale=locale))
    return plain_spaces(format_interval(period.starts, last, "yMMMd", locale=locale))


def typeset(figure: str) -> str:
    """A true minus sign, which is as wide as a plus and stands clear of the digits."""
    return figure.replace("-", "\N{MINUS SIGN}").translate(DIRECTION_MARKS)


def plain_spaces(text: str) -> str:
    """CLDR puts thin spaces around dashes; a plain space reads and copies better."""
    return text.replace("\u2009", " ").translate(DIRECTION_MARKS)
