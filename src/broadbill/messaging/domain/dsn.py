"""Delivery status notifications (RFC 3464): what a mail server tells about a message that did not arrive."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
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
            status=str(block.get("Status", "")).partition("(")[0].strip(),
            diagnostic=" ".join(after_type(block.get("Diagnostic-Code", "")).split()),
        )
        for block in recipient_blocks(parsed)
    )


def recipient_blocks(report: Message) -> Iterator[Message]:
    """The header blocks of the machine-readable part that speak of a recipient."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            yield from (block for block in messages_in(part) if block.get("Action"))


def original_message_id(report: Message) -> str | None:
    """The Message-ID of the returned message or of its headers."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            returned = messages_in(part)
        elif kind == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            returned = [email.message_from_bytes(headers)] if isinstance(headers, bytes) else []
        else:
            continue
        for message in returned:
            if found := HOLDS_MESSAGE_ID.search(str(message.get("Message-ID", ""))):
                return found[1]
    return None


def messages_in(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def after_type(value: object) -> str:
    """The value without its leading type, as in `rfc822; amina@example.org`."""
    _, semicolon, rest = str(value).partition(";")
    return (rest if semicolon else str(value)).strip()
