"""The local mailbox: messages as .eml files in a folder, for demonstrations and for trying things out."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from broadbill.messaging.adapters.postbox import DeferredByServer


@dataclass(frozen=True)
class MailboxPostbox:
    """Delivers into a folder. The file's name comes from the message, so delivering twice leaves one file."""

    folder: Path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def deliver(self, *, message: EmailMessage, sender: str, recipient: str) -> str:  # noqa: ARG002 -- a Postbox
        """Raises: DeferredByServer, when the disk is full for example."""
        path = self.folder / file_name(message)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(message.as_bytes(policy=SMTP_POLICY))
                Path(temporary).replace(path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise DeferredByServer(f"{self.folder}: {error.strerror or error}") from error
        return f"written to {path.name}"


def file_name(message: EmailMessage) -> str:
    """Sorted by name is sorted by date. Raises: ValueError for a message without Date (a caller's bug)."""
    sent_at = parsedate_to_datetime(message["Date"])
    return f"{sent_at:%Y%m%dT%H%M%SZ}-{sha256(message['Message-ID'].encode()).hexdigest()[:16]}.eml"
