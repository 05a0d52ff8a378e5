"""Reading JSON values strictly: each reader gives a typed value or refuses with the path of the place.

Decimals are never read through binary floats: a JSON text must be loaded with `parse_float=Decimal`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from broadbill.core.rating.errors import refuse

T = TypeVar("T")
U = TypeVar("U")
ZERO: Final = Decimal(0)
DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
MISSING: Final = object()
FIRST_YEAR, LAST_YEAR = 1900, 2199


def as_decimal(raw: object, path: str) -> Decimal:
    """A decimal string or a JSON number that was read as an int or a Decimal."""
    if isinstance(raw, str) and DECIMAL.fullmatch(raw):
        return _one_writing(Decimal(raw))
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        refuse(path, 'must be a decimal string such as "12.50"')
    value = Decimal(raw)
    if not value.is_finite() or abs(value.adjusted()) > 30 or len(value.as_tuple().digits) > 60:
        refuse(path, "must be a number of ordinary size")
    return _one_writing(value)


def _one_writing(value: Decimal) -> Decimal:
    """The number as one writing of it: 2, 2.0 and 2.00 are equal, so what is remembered of one is given for another."""
    if not value:
        return ZERO
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else Decimal(text)


def as_positive(raw: object, path: str) -> Decimal:
    value = as_decimal(raw, path)
    if value <= 0:
        refuse(path, "must be greater than 0")
    return value


def as_not_negative(raw: object, path: str) -> Decimal:
    value = as_decimal(raw, path)
    if value < 0:
        refuse(path, "must not be negative")
    return value


def as_whole(raw: object, path: str, *, least: int = 0, most: int = 1_000_000) -> int:
    """A whole number between `least` and `most`, both included; written as a number or in digits."""
    value = as_decimal(raw, path)
    if value != value.to_integral_value() or not least <= value <= most:
        refuse(path, f"must be a whole number from {least} to {most}")
    return int(value)


def as_text(raw: object, path: str) -> str:
    if not isinstance(raw, str) or not raw:
        refuse(path, "must be a text that is not empty")
    return raw


def as_flag(raw: object, path: str) -> bool:
    if not isinstance(raw, bool):
        refuse(path, "must be true or false")
    return raw


@lru_cache(maxsize=16384)
def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        return None


def as_day(raw: object, path: str) -> date:
    """An ISO date, in the account's timezone."""
    day = _read_day(raw) if isinstance(raw, str) else None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        refuse(path, 'must be a date such as "2026-02-28"')
    return day


def as_instant(raw: object, path: str) -> datetime:
    """An RFC 3339 instant, as aware UTC."""
    moment = _read_instant(raw) if isinstance(raw, str) and INSTANT.fullmatch(raw) else None
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        refuse(path, 'must be an instant such as "2026-02-28T23:59:00Z"')
    return moment


def _read_instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.upper().replace(" ", "T")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_local_day(raw: object, path: str, zone: ZoneInfo) -> date:
    """A date, or the local date on which an instant falls."""
    if isinstance(raw, str) and len(raw) > 10:
        return as_instant(raw, path).astimezone(zone).date()
    return as_day(raw, path)


def as_list(raw: object, path: str) -> Sequence[object]:
    if isinstance(raw, str) or not isinstance(raw, Sequence):
        refuse(path, "must be a list")
    return raw


def as_choice(raw: object, path: str, choices: Sequence[str]) -> str:
    if not isinstance(raw, str) or raw not in choices:
        refuse(path, f"must be one of {', '.join(choices)}")
    return raw


class Fields:
    """An object's keys, each to be taken once; `done` refuses what nobody took."""

    __slots__ = ("_left", "path")

    def __init__(self, raw: object, path: str) -> None:
        if not isinstance(raw, Mapping):
            refuse(path or "scenario", "must be an object")
        self.path = path
        self._left: dict[str, object] = dict(raw)

    def at(self, key: str) -> str:
        """The path of a key of this object."""
        return f"{self.path}.{key}" if self.path else key

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def need(self, key: str, read: Callable[[object, str], T]) -> T:
        raw = self._left.pop(key, MISSING)
        if raw is MISSING:
            refuse(self.at(key), "is required")
        return read(raw, self.at(key))

    def take(self, key: str, read: Callable[[object, str], T], default: U) -> T | U:
        """The value, or `default` when the key is absent."""
        raw = self._left.pop(key, MISSING)
        return default if raw is MISSING else read(raw, self.at(key))

    def maybe(self, key: str, read: Callable[[object, str], T]) -> T | None:
        """The value, or None when the key is absent or null."""
        raw = self._left.pop(key, None)
        return None if raw is None else read(raw, self.at(key))

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """One of the choices; the first is the default."""
        return self.take(key, lambda raw, path: as_choice(raw, path, choices), choices[0])

    def items(self, key: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
        """A list's items, each read under its own path; none when the key is absent."""
        found: Sequence[object] = self.take(key, as_list, ())
        return tuple(read(raw, f"{self.at(key)}[{i}]") for i, raw in enumerate(found))

    def done(self) -> None:
        """Raises: ScenarioError naming the first key that the contract does not know here."""
        for key in self._left:
            refuse(self.at(str(key)), "is not a known key")
