"""An account as it is asked for, before it exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from broadbill.accounts.domain.errors import AccountDetailRefused
from broadbill.accounts.domain.kinds import CustomerKind
from broadbill.core.money import CURRENCIES

TIMEZONES = available_timezones()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewContact:
    name: str
    role: str = ""
    email: str = ""
    phone: str = ""
    receives_bills: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccount:
    """Everything an account begins with. Empty texts mean unknown; `anchor` is `policy.anchor` of a scenario."""

    number: str
    name: str
    opened_on: date
    currency: str
    timezone: str
    closed_on: date | None = None
    language: str = "en"
    legal_name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    tax_id: str = ""
    tax_exempt: tuple[str, ...] = ()
    reverse_charge: bool = False
    anchor: Mapping[str, Any] | None = None
    terms_days: int = 14
    email: str = ""
    kind: str = CustomerKind.RESIDENTIAL.value
    pays_by: str = "transfer"
    parent_id: int | None = None
    notes: str = ""
    contacts: tuple[NewContact, ...] = field(default=())

    def check(self) -> None:
        """Raises: AccountDetailRefused naming the first field that cannot be right."""
        if not self.number.strip():
            raise AccountDetailRefused(number="(none)", field="number", reason="is empty")
        if not self.name.strip():
            raise self._refusal("name", "is empty")
        if self.currency not in CURRENCIES:
            raise self._refusal("currency", f"{self.currency!r} is not an ISO 4217 code")
        if self.timezone not in TIMEZONES:
            raise self._refusal(
                "timezone", f"{self.timezone!r} is not an IANA time zone such as Europe/Lisbon"
            )
        if self.kind not in set(CustomerKind):
            raise self._refusal("kind", f"{self.kind!r} is none of {', '.join(CustomerKind)}")
        if self.closed_on and self.closed_on < self.opened_on:
            raise self._refusal("closed_on", f"{self.closed_on} is before it was opened, {self.opened_on}")
        if self.email and "@" not in self.email:
            raise self._refusal("email", f"{self.email!r} is not an e-mail address")

    def _refusal(self, field: str, reason: str) -> AccountDetailRefused:
        return AccountDetailRefused(number=self.number, field=field, reason=reason)
