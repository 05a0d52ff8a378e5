"""What may be said of the provider."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stdnum import iban
from stdnum.eu import at_02
from stdnum.us import rtn

from broadbill.accounts.domain.new_account import TIMEZONES
from broadbill.core.errors import DomainError
from broadbill.core.money import CURRENCIES

TEXTS = (
    "name", "legal_name", "street", "postcode", "city", "region", "country", "tax_id", "email", "phone", "website",
    "iban", "bic", "creditor_id", "ach_routing", "ach_bank_name", "ach_origin", "ach_company_id",
    "logo", "paper", "currency", "timezone", "language",
)  # fmt: skip
NUMBERS = {"brand_hue": range(360), "terms_days": range(366)}
KEYS = (*TEXTS, *NUMBERS)


@dataclass(kw_only=True, eq=False)
class ProviderDetailIsInvalid(DomainError):
    """A detail of the provider that there is not, or that cannot be right."""

    code = "accounts.provider_detail_is_invalid"
    message = "{key}: {reason}."
    key: str
    reason: str


# Each rule: is it right, and what is wanted.
RULES: dict[str, tuple[Callable[[str], object], str]] = {
    "name": (str.strip, "must not be empty"),
    "country": (
        lambda text: re.fullmatch("[A-Z]{2}|", text),
        "must be an ISO 3166 code of two letters such as LU",
    ),
    "email": (lambda text: not text or "@" in text, "must be an e-mail address"),
    "iban": (lambda text: not text or iban.is_valid(text), "must be an IBAN; its check digits do not fit"),
    "creditor_id": (
        lambda text: not text or at_02.is_valid(text),
        "must be a SEPA creditor identifier; its check digits do not fit",
    ),
    "ach_routing": (
        lambda text: not text or rtn.is_valid(text),
        "must be a routing number of nine digits; its check digit does not fit",
    ),
    "ach_bank_name": (lambda text: len(text) <= 23, "must not be longer than 23 letters"),
    "ach_origin": (
        lambda text: re.fullmatch("[A-Za-z0-9 ]{0,10}", text),
        "must be at most 10 letters or digits",
    ),
    "ach_company_id": (
        lambda text: re.fullmatch("([A-Za-z0-9]{10})?", text),
        "must be 10 letters or digits, such as 1 and your EIN",
    ),
    "logo": (lambda text: not text or "<svg" in text, "must be an SVG drawing"),
    "paper": (lambda text: text in {"a4", "letter"}, "must be a4 or letter"),
    "currency": (lambda text: text in CURRENCIES, "must be an ISO 4217 code such as EUR"),
    "timezone": (lambda text: text in TIMEZONES, "must be an IANA time zone such as Europe/Lisbon"),
    "language": (
        lambda text: re.fullmatch("[a-z]{2,3}(-[A-Z]{2})?", text),
        "must be a language such as en or pt-BR",
    ),
}


def checked_details(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes with numbers as numbers and the IBAN without blanks. Raises: ProviderDetailIsInvalid."""
    return {key: _checked(key, value) for key, value in changes.items()}


def _checked(key: str, value: Any) -> str | int:
    if key in NUMBERS:
        allowed = NUMBERS[key]
        if not str(value).isdigit() or int(value) not in allowed:
            reason = f"must be a whole number from {allowed.start} to {allowed.stop - 1}, not {value!r}"
            raise ProviderDetailIsInvalid(key=key, reason=reason)
        return int(value)
    if key not in TEXTS:
        raise ProviderDetailIsInvalid(key=key, reason=f"is not known; there are {', '.join(KEYS)}")
    is_right, wanted = RULES.get(key, (lambda _: True, ""))
    text = str(value)
    if not is_right(text):
        raise ProviderDetailIsInvalid(key=key, reason=f"{wanted}, not {text[:60]!r}")
    return str(iban.compact(text)) if key == "iban" else text
