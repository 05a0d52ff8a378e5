"""Where a value comes from: a constant, a column, columns put into a text, or the first case that holds.

A source is read from the map once, bound to the places of its columns in the file once, and then asked for
every row. A bound source gives None for a blank and raises `CellRefused` for a cell it cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from broadbill.core.rating.cycles import add_months
from broadbill.imports.domain.conditions import Cells, Condition, Header, parse_condition
from broadbill.imports.domain.keys import Keys, as_text, constant_text, joined, refuse
from broadbill.imports.domain.kinds import MONTHS, Kind, NotRead
from broadbill.imports.domain.problem import CellRefused

Read = Callable[[Cells], Any]
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class Source(Protocol):
    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        ...

    @property
    def foreseen(self) -> tuple[Any, ...]:
        """The values it may give that stand in the map itself."""
        ...

    def bind(self, header: Header) -> Read:
        """The source for a file whose columns stand at these places."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    value: Any
    columns: tuple[str, ...] = ()

    @property
    def foreseen(self) -> tuple[Any, ...]:
        return () if self.value is None else (self.value,)

    def bind(self, header: Header) -> Read:  # noqa: ARG002  # it reads no column
        return lambda _cells: self.value


@dataclass(frozen=True, slots=True)
class FromColumn:
    """The cell itself, or what the value table has for it. `default` stands for a blank cell."""

    column: str
    kind: Kind
    table: Mapping[str, Any] | None
    default: Any

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def foreseen(self) -> tuple[Any, ...]:
        found = (*(self.table or {}).values(), self.default)
        return tuple(value for value in found if value is not None)

    def bind(self, header: Header) -> Read:
        i, read = header[self.column], self._look_up if self.table is not None else self._read
        default, blank_is_listed = self.default, self.table is not None and "" in self.table
        return lambda cells: read(cells[i]) if cells[i] or blank_is_listed else default

    def _look_up(self, text: str) -> Any:
        assert self.table is not None
        try:
            return self.table[text]
        except KeyError:
            raise CellRefused(self.column, text, f"one of {joined(self.table)}") from None

    def _read(self, text: str) -> Any:
        try:
            return self.kind.read(text)
        except NotRead as refusal:
            raise CellRefused(self.column, text, str(refusal) or self.kind.expected) from None


@dataclass(frozen=True, slots=True)
class MonthsBefore:
    """The day so many months before another, the number of months standing in a column (`tenure`)."""

    column: str
    day: date
    foreseen: tuple[Any, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def bind(self, header: Header) -> Read:
        months = FromColumn(self.column, MONTHS, None, None).bind(header)

        def read(cells: Cells) -> date | None:
            count = months(cells)
            return None if count is None else add_months(self.day, -count)

        return read


@dataclass(frozen=True, slots=True)
class Composed:
    """A text with columns in braces: `{First name} {Last name}`. Blank when all of them are."""

    template: str
    kind: Kind
    columns: tuple[str, ...]
    foreseen: tuple[Any, ...] = ()

    def bind(self, header: Header) -> Read:
        pieces = PLACEHOLDER.split(self.template)
        words, places = pieces[::2], [header[column] for column in pieces[1::2]]

        def read(cells: Cells) -> Any:
            if not any(cells[i] for i in places):
                return None
            filled = "".join(word + cells[i] for word, i in zip(words, places, strict=False)) + words[-1]
            try:
                return self.kind.read(filled)
            except NotRead as refusal:
                expected = str(refusal) or self.kind.expected
                raise CellRefused(", ".join(self.columns), filled, expected) from None

        return read


@dataclass(frozen=True, slots=True)
class Case:
    condition: Condition | None
    use: Source


@dataclass(frozen=True, slots=True)
class Cases:
    """The first case that holds; blank when none does."""

    cases: tuple[Case, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        named: dict[str, None] = {}
        for case in self.cases:
            named |= dict.fromkeys((*(case.condition.columns if case.condition else ()), *case.use.columns))
        return tuple(named)

    @property
    def foreseen(self) -> tuple[Any, ...]:
        return tuple(value for case in self.cases for value in case.use.foreseen)

    def bind(self, header: Header) -> Read:
        bound = [
            (case.condition.bind(header) if case.condition else _always, case.use.bind(header))
            for case in self.cases
        ]

        def read(cells: Cells) -> Any:
            for holds, use in bound:
                if holds(cells):
                    return use(cells)
            return None

        return read


def _always(_cells: Cells) -> bool:
    return True


def required(source: Source, header: Header, expected: str) -> Read:
    """The bound source with a blank refused."""
    read = source.bind(header)
    if isinstance(source, Constant):
        return read
    places = [header[column] for column in source.columns]
    expected = "a row that a case of the map fits" if isinstance(source, Cases) else f"{expected}, not blank"

    def read_required(cells: Cells) -> Any:
        value = read(cells)
        if value is None:
            raise CellRefused(", ".join(source.columns), ", ".join(cells[i] for i in places), expected)
        return value

    return read_required


def parse_source(raw: object, path: str, kind: Kind) -> Source:
    """Raises: MapRefused."""
    if isinstance(raw, list):
        return _cases(raw, path, kind)
    if not isinstance(raw, Mapping):
        return Constant(parse_constant(raw, path, kind))
    keys = Keys(raw, path)
    if "text" in keys:
        source: Source = _composed(keys, kind)
    elif "months_before" in keys:
        source = _months_before(keys)
    else:
        source = _from_column(keys, kind)
    keys.done()
    return source


def parse_constant(raw: object, path: str, kind: Kind) -> Any:
    """A constant of the map; None, a blank, for an empty text. Raises: MapRefused."""
    text = constant_text(raw, path)
    if not text:
        return None
    try:
        return kind.constant(text)
    except NotRead as refusal:
        refuse(path, f"must be {str(refusal) or kind.expected}, not {text!r}")


def _from_column(keys: Keys, kind: Kind) -> Source:
    column = as_text(keys.need("column"), keys.at("column")).strip()
    table = None
    if "values" in keys:
        found = Keys(keys.take("values"), keys.at("values"))
        table = {
            text.strip(): parse_constant(raw, found.at(text), kind) for text, raw in found.rest().items()
        }
    default = parse_constant(keys.take("default"), keys.at("default"), kind) if "default" in keys else None
    return FromColumn(column, kind, table, default)


def _composed(keys: Keys, kind: Kind) -> Source:
    template = as_text(keys.need("text"), keys.at("text"))
    pieces = PLACEHOLDER.split(template)
    columns = tuple(dict.fromkeys(pieces[1::2]))
    if any("{" in word or "}" in word for word in pieces[::2]):
        refuse(keys.at("text"), "has a brace without its partner")
    if not columns:
        refuse(keys.at("text"), "names no column in braces; write a constant as a plain text")
    return Composed(template, kind, columns)


def _months_before(keys: Keys) -> Source:
    day = keys.need("months_before")
    if not isinstance(day, date):
        refuse(keys.at("months_before"), "must be a date")
    return MonthsBefore(as_text(keys.need("column"), keys.at("column")), day)


def _cases(raw: list[object], path: str, kind: Kind) -> Source:
    if not raw:
        refuse(path, "must have at least one case")
    cases = [_case(item, f"{path}[{i}]", kind) for i, item in enumerate(raw)]
    for i, case in enumerate(cases[:-1]):
        if case.condition is None:
            refuse(f"{path}[{i}]", "has no `when`, so the cases after it can never hold")
    return Cases(tuple(cases))


def _case(raw: object, path: str, kind: Kind) -> Case:
    keys = Keys(raw, path)
    condition = parse_condition(keys.take("when"), keys.at("when")) if "when" in keys else None
    use = parse_source(keys.need("use"), keys.at("use"), kind)
    keys.done()
    return Case(condition, use)
