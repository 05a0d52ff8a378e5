"""Files that commands write where they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from broadbill.core.errors import DomainError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(kw_only=True, eq=False)
class FileNotWritten(DomainError):
    """The file cannot be written."""

    code = "cli.file_not_written"
    message = "Cannot write {file}: {reason}."
    file: str
    reason: str


def write_file(path: Path, content: bytes) -> None:
    """Raises: FileNotWritten."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise FileNotWritten(file=str(path), reason=error.strerror or str(error)) from error
