"""What the operator says through environment variables: read here and nowhere else.

Every variable is listed in `VARIABLES` and described in docs/reference/settings.md; a test compares the two.
"""

from __future__ import annotations

import os
import zoneinfo
from dataclasses import dataclass

from broadbill.core.errors import DomainError

VARIABLES = (
    "BROADBILL_HOME",
    "BROADBILL_DATABASE_URL",
    "BROADBILL_PUBLIC_URL",
    "BROADBILL_ALLOWED_HOSTS",
    "BROADBILL_TIME_ZONE",
    "BROADBILL_SMTP_URL",
    "BROADBILL_MAIL_FROM",
    "BROADBILL_CHECK_DETAILS",
    "BROADBILL_GATEWAYS",
    "BROADBILL_STRIPE_KEY",
    "BROADBILL_STRIPE_WEBHOOK_SECRET",
    "BROADBILL_STRIPE_ADDRESS",
    "BROADBILL_GOCARDLESS_TOKEN",
    "BROADBILL_GOCARDLESS_WEBHOOK_SECRET",
    "BROADBILL_GOCARDLESS_ADDRESS",
    "BROADBILL_DEBUG",
)


@dataclass(kw_only=True, eq=False)
class SettingIsInvalid(DomainError):
    """An environment variable holds something Broadbill cannot use."""

    code = "kernel.setting_is_invalid"
    message = "{name} is {value!r}: {expected}"
    name: str
    value: str
    expected: str


def text(name: str, default: str = "") -> str:
    """The variable's value without surrounding blanks, or the default when it is unset or empty.

    Raises: KeyError for a name missing from VARIABLES (a caller's bug).
    """
    if name not in VARIABLES:
        raise KeyError(name)
    return os.environ.get(name, "").strip() or default


def flag(name: str) -> bool:
    """True for 1, true, yes or on; False for 0, false, no, off or nothing; anything else is refused."""
    value = text(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"", "0", "false", "no", "off"}:
        return False
    raise SettingIsInvalid(name=name, value=value, expected="say 1 or 0.")


def time_zone(name: str) -> str:
    """The name of a time zone, such as Europe/Berlin; UTC when the variable is unset."""
    value = text(name, "UTC")
    if value not in zoneinfo.available_timezones():
        raise SettingIsInvalid(name=name, value=value, expected="name a time zone such as Europe/Berlin.")
    return value


def words(name: str) -> list[str]:
    """The variable's comma-separated words."""
    return [word.strip() for word in text(name).split(",") if word.strip()]
