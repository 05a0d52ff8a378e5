"""PDFs kept on disk under the hash of what they say, so that each is made once.

The folder is a cache and may be emptied at any time: issued documents never change, and printing one again
gives the same bytes. Nothing here holds up billing, which never waits for a PDF.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from broadbill.core.errors import DomainError
from broadbill.documents.domain.sheet import Sheet
from broadbill.documents.operations.render import compiled, content_of, layout_fingerprint

PDF_END = b"%%EOF"


@dataclass(kw_only=True, eq=False)
class DocumentNotStored(DomainError):
    """The PDF could not be written: a full disk, a folder that may not be written."""

    code = "documents.not_stored"
    message = (
        "The PDF of {number} cannot be stored in {folder}: {reason}. Free some space there or make it "
        "writable. Nothing was half written; it will be made again when it is asked for."
    )
    number: str
    folder: Path
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPdf:
    """A PDF and where it lies."""

    path: Path
    content: bytes


def stored_pdf(*, sheet: Sheet, folder: Path) -> StoredPdf:
    """The PDF of the sheet, from the folder if it is there, else made and put there in one step.

    Raises: DocumentNotPrintable, DocumentNotStored.
    """
    content = content_of(sheet)
    path = folder / place(content)
    try:
        kept = read_whole(path)
        if kept is None:
            kept = compiled(content, sheet)
            write_whole(path, kept)
    except OSError as error:
        raise DocumentNotStored(
            number=sheet.number, folder=folder, reason=error.strerror or str(error)
        ) from error
    return StoredPdf(path=path, content=kept)


def place(content: bytes) -> Path:
    """Where it lies inside the folder; two levels keep folders small with millions of documents."""
    name = sha256(layout_fingerprint() + content).hexdigest()
    return Path(name[:2]) / name[2:4] / f"{name}.pdf"


def read_whole(path: Path) -> bytes | None:
    """The file, or None where there is none or a power cut has left only a part of it."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return content if content.rstrip().endswith(PDF_END) else None


def write_whole(path: Path, content: bytes) -> None:
    """Write next to the place and rename into it, so that a reader sees the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
