"""Django's e-mail settings, made from BROADBILL_SMTP_URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from broadbill.kernel import environment
from broadbill.kernel.home import Home

SMTP_SCHEMES = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
TIMEOUT_SECONDS = 20


def settings(home: Home) -> dict[str, Any]:
    """Without a server, messages become files in the home's mail folder.

    Raises: SettingIsInvalid.
    """
    sender = environment.text("BROADBILL_MAIL_FROM", "Broadbill <billing@localhost>")
    url = environment.text("BROADBILL_SMTP_URL")
    if not url:
        return {
            "DEFAULT_FROM_EMAIL": sender,
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": home.mail_folder,
        }
    parts = urlsplit(url)
    if parts.scheme not in SMTP_SCHEMES or not parts.hostname:
        raise environment.SettingIsInvalid(
            name="BROADBILL_SMTP_URL",
            value=f"{parts.scheme}://{parts.hostname or ''}",
            expected="write smtp://, smtp+tls:// or smtps:// followed by user:password@host:port.",
        )
    return {
        "DEFAULT_FROM_EMAIL": sender,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or SMTP_SCHEMES[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
    }
