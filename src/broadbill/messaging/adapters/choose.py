"""Which postbox the settings name."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from broadbill.messaging.adapters.mailbox import MailboxPostbox
from broadbill.messaging.adapters.postbox import Postbox
from broadbill.messaging.adapters.smtp import SmtpPostbox

DEFAULT_TIMEOUT_SECONDS = 20


def postbox() -> Postbox:
    """SMTP where BROADBILL_SMTP_URL names a server, else the local mailbox."""
    if sends_by_smtp():
        return SmtpPostbox(
            host=settings.EMAIL_HOST,
            port=settings.EMAIL_PORT,
            user=settings.EMAIL_HOST_USER,
            password=settings.EMAIL_HOST_PASSWORD,
            use_tls=settings.EMAIL_USE_TLS,
            use_ssl=settings.EMAIL_USE_SSL,
            timeout_seconds=settings.EMAIL_TIMEOUT or DEFAULT_TIMEOUT_SECONDS,
        )
    return MailboxPostbox(mailbox_folder())


def sends_by_smtp() -> bool:
    return settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"


def mailbox_folder() -> Path:
    """Where the local mailbox lies."""
    return Path(settings.MAIL_FOLDER)
