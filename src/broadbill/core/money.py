"""Amounts that can be posted, and rates that cannot.

`Money` is a whole number of minor units with its currency; only `Money` reaches a document or the books.
A `UnitRate` keeps the full precision of a price per unit and becomes money in one named step,
`Currency.round`, where a line is posted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import ClassVar, NamedTuple

from broadbill.core.errors import DomainError


class Rounding(StrEnum):
    """How a fraction of a minor unit is dropped when a line is posted."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"


DECIMAL_ROUNDING = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.DOWN: ROUND_DOWN,
}


@dataclass(kw_only=True, eq=False)
class UnknownCurrency(DomainError):
    """A currency code that ISO 4217 does not list as current money."""

    code = "money.unknown_currency"
    message = "{currency} is not an ISO 4217 currency code. Use a code such as EUR, USD or KWD."
    currency: str


class Currency(NamedTuple):
    """An ISO 4217 currency: its code and the number of decimals of its minor unit (0, 2, 3 or 4)."""

    code: str
    digits: int

    @staticmethod
    def of(code: str) -> Currency:
        """Raises: UnknownCurrency."""
        try:
            return CURRENCIES[code]
        except KeyError:
            raise UnknownCurrency(currency=code) from None

    def round(self, amount: Decimal, rounding: Rounding = Rounding.HALF_UP) -> Money:
        """The amount in whole minor units. The one place where a fraction is dropped."""
        minor = amount.scaleb(self.digits).to_integral_value(rounding=DECIMAL_ROUNDING[rounding])
        return Money(int(minor), self)

    def exact(self, amount: Decimal) -> Money:
        """The amount as money. Raises: ValueError if it has a fraction of a minor unit."""
        minor = amount.scaleb(self.digits)
        if minor != minor.to_integral_value():
            raise ValueError(f"{amount} {self.code} has more than {self.digits} decimals")
        return Money(int(minor), self)

    @property
    def zero(self) -> Money:
        return Money(0, self)


@dataclass(frozen=True, slots=True)
class UnitRate:
    """A price per unit in full precision, e.g. 0.0071 EUR per MB. It cannot be posted."""

    amount: Decimal
    currency: Currency


@dataclass(frozen=True, slots=True)
class Money:
    """A whole number of minor units of one currency. Mixing currencies raises ValueError."""

    minor: int
    currency: Currency

    ZERO_SHARES: ClassVar[str] = "shares need at least one weight, none negative, not all zero"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-self.currency.digits)

    def split(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Share the amount out by weight, losing nothing.

        Shape:    one result per weight, in order; they sum to self.
        Rounding: toward zero, then one leftover unit each to the largest remainders, earliest first.
        Raises:   ValueError if weights is empty, negative or all zero (a caller's bug).
        """
        total = sum(weights)
        if not weights or total <= 0 or min(weights) < 0:
            raise ValueError(self.ZERO_SHARES)
        sign = -1 if self.minor < 0 else 1
        parts = [divmod(abs(self.minor) * weight, total) for weight in weights]
        left = abs(self.minor) - sum(whole for whole, _ in parts)
        largest = set(sorted(range(len(weights)), key=lambda i: -parts[i][1])[:left])
        shares = [whole + (1 if i in largest else 0) for i, (whole, _) in enumerate(parts)]
        return tuple(Money(sign * share, self.currency) for share in shares)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency.code} and {other.currency.code}")
        return other.minor

    def __str__(self) -> str:
        """A plain decimal string with the currency's decimals, e.g. `-15.00`."""
        sign, digits = ("-" if self.minor < 0 else ""), self.currency.digits
        whole = str(abs(self.minor)).rjust(digits + 1, "0")
        return f"{sign}{whole[:-digits]}.{whole[-digits:]}" if digits else f"{sign}{whole}"


# ISO 4217 list one (amendment 177, 2024), money in use; funds and metals are left out.
_TWO = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR
MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG
YER ZAR ZMW ZWG
"""
_DIGITS = {
    2: _TWO,
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
CURRENCIES = {code: Currency(code, digits) for digits, codes in _DIGITS.items() for code in codes.split()}
