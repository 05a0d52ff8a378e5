"""An outbox row made into the message that goes over the wire."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from broadbill.messaging.models import Message
from broadbill.messaging.operations.attachments import Attachment


def composed(*, message: Message, sender: str, attachments: list[Attachment], now: datetime) -> EmailMessage:
    """Plain text with an HTML alternative, marked as made by a program so that nobody's absence note answers
    it.
    """
    email = EmailMessage()
    email["From"] = sender
    email["To"] = message.recipient
    email["Subject"] = message.subject
    email["Date"] = format_datetime(now)
    email["Message-ID"] = f"<{message.message_id}>"
    email["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
    email["Content-Language"] = message.language
    email.set_content(message.body_text)
    if message.body_html:
        email.add_alternative(message.body_html, subtype="html")
    for attachment in attachments:
        main, _, sub = attachment.media_type.partition("/")
        email.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.filename)
    return email
