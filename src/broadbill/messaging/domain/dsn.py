"""Delivery status notifications (RFC 3464): what a mail server tells about a message that did not arrive."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.policy import default

HOLDS_MESSAGE_ID = re.compile(r"<([^<>\s]+@[^<>\s]+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatus:
    """One recipient's fate.

    `action` is failed, delayed, delivered, relayed or expanded; `status` is like `5.1.1` (RFC 3463).
    """

    message_id: str
    recipient: str
    action: str
    status: str
    diagnostic: str

    @property
    def is_final_failure(self) -> bool:
        return self.action == "failed"

    @property
    def reason(self) -> str:
        return " ".join(filter(None, (self.status, self.diagnostic)))


def delivery_statuses(notification: bytes) -> tuple[DeliveryStatus, ...]:
    """What the notification says of each recipient; nothing if it is no notification or names no message."""
    parsed = email.message_from_bytes(notification, policy=default)
    if parsed.get_content_type() != "multipart/report":
        return ()
    original = original_message_id(parsed)
    if original is None:
        return ()
    return tuple(
        DeliveryStatus(
            message_id=original,
            recipient=after_type(block.get("Final-Recipient") or block.get("Original-Recipient", "")),
            action=str(block["Action"]).strip().lower(),
            status=str(block.get("Status", "")).split()[0] if str(block.get("Status", "")).strip() else "",
            diagnostic=" ".join(after_type(block.get("Diagnostic-Code", "")).split()),
        )
        for block in recipient_blocks(parsed)
    )


def recipient_blocks(report: EmailMessage) -> Iterator[Message]:
    """The header blocks of the machine-readable part that speak of a recipient; the first speaks of the message."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            yield from (block for block in blocks if isinstance(block, Message) and block.get("Action"))


def original_message_id(report: EmailMessage) -> str | None:
    """The Message-ID of the returned message or of its headers."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            returned = part.get_payload()
            value = returned[0].get("Message-ID", "") if isinstance(returned, list) and returned else ""
        elif kind == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            value = email.message_from_bytes(headers, policy=default).get("Message-ID", "")
        else:
            continue
        if found := HOLDS_MESSAGE_ID.search(str(value)):
            return found[1]
    return None


def after_type(value: str) -> str:
    """The value without its leading type, as in `rfc822; amina@example.org`."""
    _, semicolon, rest = str(value).partition(";")
    return (rest if semicolon else str(value)).strip()
