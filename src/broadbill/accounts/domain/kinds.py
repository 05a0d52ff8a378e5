"""What kind of customer an account is: conventions of the office may differ by it."""

from __future__ import annotations

from enum import StrEnum


class CustomerKind(StrEnum):
    """RESIDENTIAL is a consumer, PUBLIC_BODY an authority, a school, a hospital."""

    RESIDENTIAL = "residential"
    BUSINESS = "business"
    PUBLIC_BODY = "public_body"
