"""Amounts as people type them: `1,234.50`, `1.234,50`, `1234,5`, `1 234.50`."""

from __future__ import annotations

import re
from decimal import Decimal

from broadbill.core.money import Currency, Money

SPACES = re.compile(r"[\s\u00a0\u202f']")
# Digits alone, or in groups: the last of three, those before of two (India) or three, none beginning with 0.
WHOLE = re.compile(r"-?(\d+|[1-9]\d{0,2}([.,]\d{2,3})*[.,]\d{3})")
SHAPE = re.compile(r"[-\u2212]?\d[\d.,]*")


class AmountUnreadable(ValueError):
    """The text is no amount, or has more decimals than the currency."""


def read_amount(text: str, currency: Currency, *, decimal_symbol: str = ".") -> Money:
    """The amount meant.

    The last separator of two kinds is the decimal one. A single separator before exactly three digits groups
    thousands, unless the currency has three decimals and the separator is the language's `decimal_symbol`.
    Raises: AmountUnreadable.
    """
    bare = SPACES.sub("", text)
    if not SHAPE.fullmatch(bare):
        raise AmountUnreadable(text)
    digits = bare.replace("\u2212", "-")
    separator = _decimal_separator(digits, currency, decimal_symbol)
    whole, _, decimals = digits.rpartition(separator) if separator else (digits, "", "0")
    if not WHOLE.fullmatch(whole) or not decimals.isdigit():
        raise AmountUnreadable(text)
    try:
        return currency.exact(Decimal(re.sub(r"[.,]", "", whole) + "." + decimals))
    except ValueError as error:
        raise AmountUnreadable(text) from error


def _decimal_separator(digits: str, currency: Currency, decimal_symbol: str) -> str:
    used = [character for character in digits if character in ".,"]
    if not used:
        return ""
    if len(set(used)) == 2:
        return used[-1]
    if len(used) > 1:
        return ""
    after = digits.rpartition(used[0])[2]
    if len(after) != 3 or (currency.digits == 3 and used[0] == decimal_symbol):
        return used[0]
    return ""
