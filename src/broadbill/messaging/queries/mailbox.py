"""The local mailbox as the office reads it. Whatever lies in the folder is untrusted: it is parsed, never
run.
"""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path

NAME = re.compile(r"(\d{8}T\d{6})Z-[0-9a-f]{16}\.eml")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """One mail in the list. `name` opens it."""

    name: str
    sent_at: datetime
    recipient: str
    subject: str
    size_octets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPage:
    """Mails, newest first, and the name to give as `before` for the next page; None on the last."""

    rows: tuple[MailRow, ...]
    next_before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAttachment:
    """One attached file, named safely: no folders, no control characters."""

    index: int
    filename: str
    media_type: str
    size_octets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail, opened. `html` is as it was sent: show it only in a sandboxed frame."""

    row: MailRow
    sender: str
    text: str
    html: str
    attachments: tuple[MailAttachment, ...]


def mailbox_page(*, folder: Path, before: str | None = None, limit: int = 50) -> MailPage:
    """One page; only the mails on it are opened."""
    names = sorted((path.name for path in files(folder)), reverse=True)
    if before is not None:
        names = [name for name in names if name < before]
    rows = tuple(row(name, parsed(folder / name)) for name in names[:limit])
    return MailPage(rows=rows, next_before=names[limit - 1] if len(names) > limit else None)


def read_mail(*, folder: Path, name: str) -> Mail | None:
    """The mail of that name, or None. A name that is no mail's name is never looked for on the disk."""
    content = content_of(folder, name)
    if content is None:
        return None
    mail = email.message_from_bytes(content, policy=default)
    attached = tuple(
        MailAttachment(
            index=index,
            filename=safe_name(part.get_filename() or "", index),
            media_type=part.get_content_type(),
            size_octets=len(payload(part)),
        )
        for index, part in enumerate(mail.iter_attachments())
    )
    return Mail(
        row=row(name, (mail, len(content))),
        sender=str(mail.get("From", "")),
        text=body(mail, "plain"),
        html=body(mail, "html"),
        attachments=attached,
    )


def attachment_content(*, folder: Path, name: str, index: int) -> tuple[MailAttachment, bytes] | None:
    """The attached file with its description, or None."""
    content = content_of(folder, name)
    mail = read_mail(folder=folder, name=name)
    if content is None or mail is None or not 0 <= index < len(mail.attachments):
        return None
    parts = list(email.message_from_bytes(content, policy=default).iter_attachments())
    return mail.attachments[index], payload(parts[index])


def files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if NAME.fullmatch(path.name)]
    except FileNotFoundError:
        return []


def content_of(folder: Path, name: str) -> bytes | None:
    if not NAME.fullmatch(name):
        return None
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        return None


def parsed(path: Path) -> tuple[EmailMessage, int]:
    """The headers and the size; bodies with their PDFs stay unread."""
    with path.open("rb") as file:
        headers = b""
        for line in file:
            headers += line
            if not line.strip():
                break
    return email.message_from_bytes(headers, policy=default), path.stat().st_size


def row(name: str, read: tuple[EmailMessage, int]) -> MailRow:
    mail, size = read
    found = NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no mail's name")
    return MailRow(
        name=name,
        sent_at=datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC),
        recipient=str(mail.get("To", "")),
        subject=str(mail.get("Subject", "")),
        size_octets=size,
    )


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    if part is None:
        return ""
    try:
        return payload(part).decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:  # a character set that nobody knows
        return payload(part).decode(errors="replace")


def payload(part: Message) -> bytes:
    """The decoded content; nothing for a part that is itself made of parts."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def safe_name(filename: str, index: int) -> str:
    plain = re.sub(r"[^\w.,()+ -]", "_", filename.replace("\\", "/").rpartition("/")[2]).strip(". ")
    return plain[:120] or f"attachment-{index + 1}"
