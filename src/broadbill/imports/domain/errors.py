from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class MapRefused(DomainError):
    """A key or value of an import map that means nothing; `path` names the place, e.g. `account.currency`."""

    code = "imports.map_refused"
    message = "In the map, {path} {reason}."
    path: str
    reason: str


@dataclass(kw_only=True, eq=False)
class MapUnreadable(DomainError):
    """The map is missing or is no TOML."""

    code = "imports.map_unreadable"
    message = "The map {file} cannot be read: {reason}."
    file: str
    reason: str


@dataclass(kw_only=True, eq=False)
class FileRefused(DomainError):
    """The file as a whole cannot be read with this map."""

    code = "imports.file_refused"
    message = "{file} {reason}."
    file: str
    reason: str


@dataclass(kw_only=True, eq=False)
class PlanDiffers(DomainError):
    """The map describes a plan that exists with other content."""

    code = "imports.plan_differs"
    message = (
        "Plan {plan} exists already and its {part} differ from the map's. Give the plan of the map"
        " another code, or leave plans.{plan} out of the map to sell the plan as it is."
    )
    plan: str
    part: str


@dataclass(kw_only=True, eq=False)
class RecordsChangedMeanwhile(DomainError):
    """Somebody recorded what the import was about to record."""

    code = "imports.records_changed_meanwhile"
    message = (
        "Somebody else recorded the same numbers while the import ran; nothing was imported. Run it again."
    )


@dataclass(kw_only=True, eq=False)
class RowsRefused(DomainError):
    """Rows of the file that cannot be taken. Nothing was imported."""

    code = "imports.rows_refused"
    message = "{problems} problems in {rows} rows; nothing was imported."
    problems: int
    rows: int


@dataclass(kw_only=True, eq=False)
class UploadTooLarge(DomainError):
    """More than a page takes."""

    code = "imports.upload_too_large"
    message = "{file} has more than {megabytes} MB. Import it with the command “broadbill import”."
    file: str
    megabytes: int


@dataclass(kw_only=True, eq=False)
class NotInThatState(DomainError):
    """Somebody decided it already, or the worker is at it."""

    code = "imports.not_in_that_state"
    message = "Import {number} is {state} by now. Look at it again."
    number: int
    state: str
