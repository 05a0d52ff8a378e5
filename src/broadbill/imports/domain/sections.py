"""A section of the map: a table of fields, each with its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from broadbill.imports.domain.conditions import Cells, Header
from broadbill.imports.domain.keys import Keys, as_list, refuse
from broadbill.imports.domain.kinds import Kind
from broadbill.imports.domain.problem import CellRefused
from broadbill.imports.domain.sources import Constant, Read, Source, parse_source, required

Refuse = Callable[[CellRefused], None]
ReadFields = Callable[[Cells, Refuse], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Field:
    """What a section may say of one thing."""

    kind: Kind
    required: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """The sources of a section's fields, by field."""

    fields: Mapping[str, Field]
    sources: Mapping[str, Source]

    @staticmethod
    def parse(keys: Keys, fields: Mapping[str, Field]) -> Section:
        """Take the section's fields from a table of the map. Raises: MapRefused."""
        sources = {}
        for name, field in fields.items():
            if name not in keys:
                if field.required:
                    keys.need(name)
                keys.take(name)
                continue
            source = parse_source(keys.take(name), keys.at(name), field.kind)
            if field.required and isinstance(source, Constant) and source.value is None:
                refuse(keys.at(name), "must not be empty")
            sources[name] = source
        return Section(fields, sources)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for source in self.sources.values() for column in source.columns)

    def columns_of(self, field: str) -> str:
        """The columns a field comes from, for a message; the field's own name when it comes from none."""
        source = self.sources.get(field)
        return ", ".join(source.columns) if source and source.columns else field

    def bind(self, header: Header) -> ReadFields:
        """A reader of all fields of a row that are not blank; cells it cannot read go to `refuse`."""
        constants = {
            name: source.value
            for name, source in self.sources.items()
            if isinstance(source, Constant) and source.value is not None
        }
        moving = [
            (name, self._bind_field(name, source, header))
            for name, source in self.sources.items()
            if not isinstance(source, Constant)
        ]

        def read_fields(cells: Cells, refuse: Refuse) -> dict[str, Any]:
            values = dict(constants)
            for name, read in moving:
                try:
                    value = read(cells)
                except CellRefused as refusal:
                    refuse(refusal)
                    continue
                if value is not None:
                    values[name] = value
            return values

        return read_fields

    def _bind_field(self, name: str, source: Source, header: Header) -> Read:
        field = self.fields[name]
        return required(source, header, field.kind.expected) if field.required else source.bind(header)


def parse_sources(raw: object, path: str, kind: Kind) -> tuple[Source, ...]:
    """A list of which every item counts, as extras are: a constant, a source, or `{ when, use }`."""
    found = as_list(raw, path)
    sources = []
    for i, item in enumerate(found):
        conditional = isinstance(item, Mapping) and "when" in item
        # A lone case is a list of one case: blank unless it holds.
        sources.append(parse_source([item] if conditional else item, f"{path}[{i}]", kind))
    return tuple(sources)
