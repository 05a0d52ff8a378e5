"""What taking in usage refuses."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class UsageRefused(DomainError):
    """A record that rating could not read. None of its batch was stored."""

    code = "usage.refused"
    message = "Record {place} of the batch: {reason}. Nothing of the batch was stored."
    place: int
    reason: str


@dataclass(kw_only=True, eq=False)
class UsageFileRefused(DomainError):
    """A file of usage with rows that cannot be used. None of it was stored."""

    code = "usage.file_invalid"
    message = "{file}: {problems}. Nothing of it was stored."
    file: str
    problems: str


@dataclass(kw_only=True, eq=False)
class UsageMapInvalid(DomainError):
    """A map that says something the contract does not know."""

    code = "usage.map_invalid"
    message = "The map's {path} {reason}. See docs/reference/usage-map.md."
    path: str
    reason: str


@dataclass(kw_only=True, eq=False)
class SourceUnknown(DomainError):
    code = "usage.source_unknown"
    message = "There is no source of usage {source}. See: broadbill usage sources"
    source: str


@dataclass(kw_only=True, eq=False)
class LineInvalid(DomainError):
    """A name that cannot be a line's, or that is another's then."""

    code = "usage.line_invalid"
    message = "Line {name}: {reason}."
    name: str
    reason: str
