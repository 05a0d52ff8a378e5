"""The kinds of values an import reads: how each looks in a cell, and how in the map."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from broadbill.accounts.domain.kinds import CustomerKind
from broadbill.accounts.domain.new_account import TIMEZONES
from broadbill.core.money import CURRENCIES

CUSTOMER_KINDS = tuple(kind.value for kind in CustomerKind)
PAYS_BY = ("cash", "cheque", "electronic_cheque", "transfer", "direct_debit", "card")
RENEWALS = ("open_ended", "same_term", "ends")
FIRST_YEAR, LAST_YEAR = 1900, 2199
REMEMBERED_TEXTS = 8192
TEXT_CHARACTERS = 500
NOTES_CHARACTERS = 100_000

COUNTRY = re.compile(r"[A-Z]{2}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
DATE_WORDS = {"%Y": "2026", "%y": "26", "%m": "01", "%d": "31", "%b": "Jan", "%B": "January", "%H": "00",
              "%M": "00", "%S": "00", "%%": "%"}  # fmt: skip


class NotRead(Exception):
    """A text that is not of the kind. Its message, if any, says what was expected better than the kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`read` takes a cell's text, `constant` the text of a constant in the map; both raise NotRead."""

    expected: str
    read: Callable[[str], Any]
    constant: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Formats:
    """How the file writes numbers and dates."""

    decimal: str = "."
    thousands: str = ""
    ignore: tuple[str, ...] = ()
    dates: tuple[str, ...] = ("%Y-%m-%d",)


def same(expected: str, read: Callable[[str], Any]) -> Kind:
    """A kind that looks the same in a cell and in the map."""
    return Kind(expected, read, read)


def _text_of_one_line(text: str) -> str:
    """The text with each run of spaces and line breaks as one space."""
    if len(text) > TEXT_CHARACTERS:
        raise NotRead(f"at most {TEXT_CHARACTERS} characters")
    return " ".join(text.split())


def _notes(text: str) -> str:
    if len(text) > NOTES_CHARACTERS:
        raise NotRead(f"at most {NOTES_CHARACTERS:,} characters")
    return text


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise NotRead
        return text

    return read


def _one_of(*known: str) -> Callable[[str], str]:
    return _member(frozenset(known))


def _member(known: frozenset[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise NotRead
        return text

    return read


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= 9 and least <= int(text) <= most):
            raise NotRead
        return int(text)

    return read


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise NotRead
    return text == "true"


def _bill_day(text: str) -> int | str:
    return "start" if text == "start" else _whole(1, 31)(text)


TEXT = same("a text", _text_of_one_line)
NOTES = same("a text", _notes)
CURRENCY = same("an ISO 4217 currency code such as EUR", _member(frozenset(CURRENCIES)))
TIMEZONE = same("an IANA time zone such as Europe/Lisbon", _member(frozenset(TIMEZONES)))
COUNTRY_CODE = same("a country code of two capital letters such as PT", _matching(COUNTRY))
LANGUAGE_CODE = same("a language code such as en or pt-BR", _matching(LANGUAGE))
EMAIL_ADDRESS = same("an e-mail address", _matching(EMAIL))
CUSTOMER_KIND = same(f"one of {', '.join(CUSTOMER_KINDS)}", _one_of(*CUSTOMER_KINDS))
PAYMENT_METHOD = same(f"one of {', '.join(PAYS_BY)}", _one_of(*PAYS_BY))
RENEWAL = same(f"one of {', '.join(RENEWALS)}", _one_of(*RENEWALS))
FLAG = same("true or false", _flag)
BILL_DAY = same('a day of the month from 1 to 31, or "start"', _bill_day)
DAYS = same("a whole number of days", _whole(0, 3650))
MONTHS = same("a whole number of months", _whole(0, 1200))


def amounts(formats: Formats, *, negative: bool) -> Kind:
    """Amounts of money as the file writes them; constants of the map are written 1234.50."""
    return _decimals(formats, "a number" if negative else "a number of 0 or more,", 14, 10, negative=negative)


def quantities(formats: Formats) -> Kind:
    """How many: at most 9 digits and 6 decimals."""
    return _decimals(formats, "a quantity of 0 or more,", 9, 6, negative=False)


def _decimals(formats: Formats, what: str, digits: int, decimals: int, *, negative: bool) -> Kind:
    expected, plain = (f"{what} such as {_example(each)}" for each in (formats, Formats()))
    return Kind(
        expected,
        _decimal(formats, expected, digits=digits, decimals=decimals, negative=negative),
        _decimal(Formats(), plain, digits=digits, decimals=decimals, negative=negative),
    )


def _example(formats: Formats) -> str:
    return f"1{formats.thousands}234{formats.decimal}50"


def _decimal(
    formats: Formats, expected: str, *, digits: int, decimals: int, negative: bool
) -> Callable[[str], Decimal]:
    thousands, decimal = re.escape(formats.thousands), re.escape(formats.decimal)
    grouped = rf"[0-9]{{1,3}}(?:{thousands}[0-9]{{3}}){{1,3}}|" if thousands else ""
    whole = rf"(?:{grouped}[0-9]{{0,{digits}}})"
    pattern = re.compile(rf"[+-]?(?=.*[0-9]){whole}(?:{decimal}[0-9]{{1,{decimals}}})?")

    @lru_cache(REMEMBERED_TEXTS)
    def read(text: str) -> Decimal:
        for sign in formats.ignore:
            text = text.replace(sign, "")
        text = text.strip()
        if not pattern.fullmatch(text):
            raise NotRead(expected)
        if formats.thousands:
            text = text.replace(formats.thousands, "")
        number = Decimal(text.replace(formats.decimal, "."))
        if number < 0 and not negative:
            raise NotRead(expected)
        return number

    return read


def days(formats: Formats) -> Kind:
    """Dates as the file writes them; constants of the map are TOML dates."""
    expected, iso = (
        f"a date such as {' or '.join(date_in_words(pattern) for pattern in each.dates)}"
        for each in (formats, Formats())
    )
    return Kind(expected, _day(formats.dates, expected), _day(Formats().dates, iso))


def date_in_words(pattern: str) -> str:
    """An example of the pattern: `%d/%m/%Y` is 31/01/2026."""
    for directive, example in DATE_WORDS.items():
        pattern = pattern.replace(directive, example)
    return pattern


def _day(patterns: tuple[str, ...], expected: str) -> Callable[[str], date]:
    @lru_cache(REMEMBERED_TEXTS)
    def read(text: str) -> date:
        impossible = False
        for pattern in patterns:
            try:
                day = datetime.strptime(text, pattern).date()  # noqa: DTZ007  # a date has no zone
            except ValueError as error:
                impossible = impossible or "out of range" in str(error)
                continue
            if FIRST_YEAR <= day.year <= LAST_YEAR:
                return day
            raise NotRead(f"a date from {FIRST_YEAR} to {LAST_YEAR}")
        if impossible:
            raise NotRead("a day that the calendar has")
        raise NotRead(expected)

    return read
