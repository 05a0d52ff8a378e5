"""Reading a map's tables strictly: each key is taken once, and what nobody took is refused with its path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import NoReturn

from broadbill.imports.domain.errors import MapRefused

MISSING = object()


def refuse(path: str, reason: str) -> NoReturn:
    raise MapRefused(path=path, reason=reason)


class Keys:
    """The keys of one table of the map. `path` is empty for the map itself."""

    __slots__ = ("_known", "_left", "path")

    def __init__(self, raw: object, path: str) -> None:
        if not isinstance(raw, Mapping):
            refuse(path, "must be a table")
        self.path = path
        self._left: dict[str, object] = dict(raw)
        self._known: list[str] = []

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def take(self, key: str, default: object = None) -> object:
        """The raw value, or `default` where the key is absent."""
        self._known.append(key)
        return self._left.pop(key, default)

    def need(self, key: str) -> object:
        raw = self.take(key, MISSING)
        if raw is MISSING:
            refuse(self.at(key), "is required")
        return raw

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def rest(self) -> dict[str, object]:
        """Every key not yet taken, for tables whose keys are columns or codes."""
        left, self._left = self._left, {}
        return left

    def done(self) -> None:
        """Raises: MapRefused naming the first key nobody took, and the known key it resembles."""
        for key in self._left:
            near = get_close_matches(key, self._known, n=1)
            refuse(
                self.at(key), f"is not a known key; did you mean {near[0]}?" if near else "is not a known key"
            )


def as_text(raw: object, path: str) -> str:
    if not isinstance(raw, str) or not raw:
        refuse(path, "must be a text that is not empty")
    return raw


def as_whole(raw: object, path: str, *, least: int = 0) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < least:
        refuse(path, f"must be a whole number of {least} or more")
    return raw


def as_texts(raw: object, path: str) -> tuple[str, ...]:
    """A list of texts, or one text that stands for a list of one."""
    found = [raw] if isinstance(raw, str) else raw
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        refuse(path, "must be a text or a list of texts")
    return tuple(found)


def as_list(raw: object, path: str) -> list[object]:
    if not isinstance(raw, list):
        refuse(path, "must be a list")
    return raw


def as_tables(raw: object, path: str) -> list[tuple[object, str]]:
    """One table or a list of tables, each with its own path."""
    if isinstance(raw, list):
        return [(item, f"{path}[{i}]") for i, item in enumerate(raw)]
    return [(raw, path)]


def constant_text(raw: object, path: str) -> str:
    """A constant of the map as text: dates in ISO form, numbers with a decimal point."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, datetime) or not isinstance(raw, str | int | Decimal | date):
        refuse(path, "must be a text, a number, a date, true or false")
    return raw.isoformat() if isinstance(raw, date) else str(raw)


def joined(words: Iterable[str], *, most: int = 12) -> str:
    """Words for a message, cut where there are many."""
    listed = list(words)
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")
