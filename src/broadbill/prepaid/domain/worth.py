"""What a voucher is worth: minor units of money, seconds or octets, read from what an operator types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from broadbill.core.errors import DomainError
from broadbill.core.money import Currency

SECONDS = {"m": 60, "h": 3600, "d": 86_400}
# Decimal, as providers sell data and as IEC 80000-13 names it.
OCTETS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
WRITTEN = re.compile(r"(\d{1,9})\s*([A-Za-z]{1,2})")


class Kind(StrEnum):
    """Money tops up a wallet; time counts only while online; a period runs from first use; data counts octets."""

    MONEY = "money"
    TIME = "time"
    PERIOD = "period"
    DATA = "data"


@dataclass(kw_only=True, eq=False)
class WorthIsInvalid(DomainError):
    """A value that vouchers of the kind cannot have."""

    code = "prepaid.worth_is_invalid"
    message = "{value!r} is no value of a {kind} voucher: write it like {example}."
    value: str
    kind: str
    example: str


def worth_of(kind: Kind, written: str, currency: Currency) -> int:
    """Minor units for money, seconds for `3h` and `7d`, octets for `5GB`. Raises: WorthIsInvalid."""
    worth = _money(written, currency) if kind is Kind.MONEY else _measured(kind, written)
    if worth <= 0:
        raise _invalid(kind, written)
    return worth


def _money(written: str, currency: Currency) -> int:
    try:
        return currency.exact(Decimal(written)).minor
    except (InvalidOperation, ValueError, OverflowError):
        raise _invalid(Kind.MONEY, written) from None


def _measured(kind: Kind, written: str) -> int:
    found = WRITTEN.fullmatch(written.strip())
    units = OCTETS if kind is Kind.DATA else SECONDS
    unit = found and (found[2].upper() if kind is Kind.DATA else found[2].lower())
    if not found or unit not in units:
        raise _invalid(kind, written)
    return int(found[1]) * units[unit]


def _invalid(kind: Kind, written: str) -> WorthIsInvalid:
    examples = {Kind.MONEY: "10.00", Kind.TIME: "3h", Kind.PERIOD: "7d", Kind.DATA: "5GB"}
    return WorthIsInvalid(value=written, kind=kind.value, example=examples[kind])


def in_words(kind: str, worth: int, currency: Currency) -> str:
    """As a command prints it: `10.00 EUR`, `3 h`, `7 d`, `5 GB`."""
    if kind == Kind.MONEY:
        return f"{currency.exact(Decimal(worth).scaleb(-currency.digits))} {currency.code}"
    units = OCTETS if kind == Kind.DATA else SECONDS
    unit = max((name for name in units if worth % units[name] == 0), key=units.__getitem__, default="")
    return f"{worth // units[unit]} {unit}" if unit else f"{worth}"
