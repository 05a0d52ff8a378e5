"""How pages write money, dates and periods, by locale (CLDR through Babel).

Pure functions: the locale and today's date are passed in. A face's template tags fill
them in from the request's language and the operator's zone.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_decimal_symbol,
)
from babel.units import format_unit

from broadbill.core.money import Currency, Money
from broadbill.core.period import Period

MINUS = "\N{MINUS SIGN}"
# Keeps a sign before its figures where text runs from right to left, as CLDR's own signs do.
FORWARD = "\N{LEFT-TO-RIGHT MARK}"
NONE = "\N{EM DASH}"
OCTETS = (("terabyte", 10**12), ("gigabyte", 10**9), ("megabyte", 10**6), ("kilobyte", 10**3))


def locale_of(language: str) -> Locale:
    """The CLDR locale of a Django language code. Plain `en` writes dates as most of the world does: 19 Nov."""
    return Locale.parse("en-GB" if language == "en" else language, sep="-")


def money_text(value: Money, locale: Locale, *, signed: bool = False) -> str:
    """`1,234.50`: the currency's decimals, no symbol, a real minus sign; with `signed` also a plus sign."""
    pattern = _fixed_decimals(locale, value.currency.digits)
    return f"{_sign(value, locale, signed=signed)}{format_decimal(abs(value).amount, pattern, locale)}"


def money_pieces(value: Money, locale: Locale) -> tuple[str, str]:
    """The whole part, and the decimals with their separator (empty for currencies without decimals)."""
    text = money_text(value, locale)
    if value.currency.digits == 0:
        return text, ""
    cut = text.rindex(get_decimal_symbol(locale))
    return text[:cut], text[cut:]


def money_with_currency(value: Money, locale: Locale) -> str:
    """`€1,234.50` or `1.234,50 €`: with the currency's sign, where the locale puts it."""
    text = format_currency(abs(value).amount, value.currency.code, locale=locale)
    return f"{_sign(value, locale)}{text}"


def rate_text(rate: Decimal, currency: Currency, locale: Locale) -> str:
    """A price per unit in full precision, with at least the currency's decimals: `44.90`, `0.0071`."""
    decimals = max(currency.digits, -int(rate.normalize().as_tuple().exponent))
    text = format_decimal(abs(rate), _fixed_decimals(locale, decimals), locale)
    return f"{MINUS}{text}" if rate < 0 else text


def plain_text(value: Decimal, locale: Locale) -> str:
    """A quantity or a percentage without idle zeros: `3`, `2.5`."""
    text = format_decimal(abs(value), "#,##0.############", locale)
    return f"{MINUS}{text}" if value < 0 else text


def octets_text(value: int, locale: Locale) -> str:
    """In the largest unit that it fills, by tens: `812 kB`, `4.2 GB`."""
    for unit, size in OCTETS:
        if value >= size:
            return str(format_unit(Decimal(value) / size, f"digital-{unit}", "short", "#,##0.#", locale))
    return str(format_unit(value, "digital-byte", "short", locale=locale))


def count_text(value: int, locale: Locale) -> str:
    """`1,284`."""
    return format_decimal(value, locale=locale).replace("-", MINUS)


def share_text(value: Decimal, locale: Locale) -> str:
    """A fraction as a percentage with one decimal: `2.5%`."""
    return format_percent(value, "#,##0.0%", locale).replace("-", MINUS)


def month_text(month: date, locale: Locale) -> str:
    """`Nov 2026`, for columns and rows of months."""
    return str(format_skeleton("yMMM", month, locale=locale))


def axis_text(value: float, locale: Locale) -> str:
    """A rounded axis label such as `45K`. Only for axes: anything clickable shows full digits."""
    return format_compact_decimal(value, fraction_digits=1, locale=locale)


def day_text(day: date, locale: Locale, *, today: date) -> str:
    """`19 Nov` in this year, `19 Nov 2025` in another."""
    return str(format_skeleton("MMMd" if day.year == today.year else "yMMMd", day, locale=locale))


def day_full(day: date, locale: Locale) -> str:
    """`23 November 2026`, as on documents."""
    return format_date(day, "long", locale=locale)


def weekday_text(day: date, locale: Locale) -> str:
    """`Monday 23 November`: how a deadline names its day."""
    return str(format_skeleton("MMMMEEEEd", day, locale=locale)).replace(",", "")


def moment_text(moment: datetime, locale: Locale, *, today: date) -> str:
    """`09:02` today, `19 Nov, 09:02` before. The moment must already be in the operator's zone."""
    clock = moment.strftime("%H:%M")
    if moment.date() == today:
        return clock
    return f"{day_text(moment.date(), locale, today=today)}, {clock}"


def period_text(period: Period, locale: Locale, *, today: date) -> str:
    """`1–30 November`, inclusive, with the year when it is not this one."""
    last = period.last_day
    same_year = period.starts.year == last.year == today.year
    if period.starts == last:
        return str(format_skeleton("MMMMd" if same_year else "yMMMMd", last, locale=locale))
    # CLDR has these patterns with short months only; the field is widened as UTS 35 part 4, section 2.6.2 allows.
    patterns = locale.interval_formats["MMMd" if same_year else "yMMMd"]
    first, second = patterns[_greatest_difference(period.starts, last)]
    days = zip((first, second), (period.starts, last), strict=True)
    return "".join(format_date(day, pattern.replace("MMM", "MMMM"), locale=locale) for pattern, day in days)


def initials(name: str) -> str:
    """Up to two letters for an avatar: of the first and the last word."""
    words = [word for word in name.partition("@")[0].replace(".", " ").split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def _sign(value: Money, locale: Locale, *, signed: bool = False) -> str:
    sign = MINUS if value.minor < 0 else "+" if signed and value.minor > 0 else ""
    return f"{FORWARD}{sign}" if sign and locale.text_direction == "rtl" else sign


@cache
def _fixed_decimals(locale: Locale, decimals: int) -> str:
    """The locale's number pattern, which knows its grouping (India's 12,34,567), with exactly so many decimals."""
    whole = locale.decimal_formats[None].pattern.partition(".")[0]
    return f"{whole}.{'0' * decimals}" if decimals else str(whole)


def _greatest_difference(first: date, last: date) -> str:
    """The CLDR letter of the largest calendar field in which two days differ."""
    if first.year != last.year:
        return "y"
    return "M" if first.month != last.month else "d"


def quantity_text(amount: Decimal, unit: str, locale: Locale) -> str:
    """`1.25 GB`, to hundredths: a day of a megabyte is nothing that anybody counts."""
    return f"{plain_text(round(amount, 2), locale)} {unit}".strip()
