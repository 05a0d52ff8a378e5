"""A customer as the office shows one: who they are, where they live, whom to call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from broadbill.accounts.models import Account, Contact
from broadbill.accounts.queries.find import account_numbered
from broadbill.core.money import Currency


@dataclass(frozen=True, slots=True)
class ContactRead:
    name: str
    role: str
    email: str
    phone: str
    receives_bills: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """An account with its profile in force. Empty texts mean unknown; `address` is its lines, first to last."""

    id: int
    number: str
    name: str
    legal_name: str
    is_closed: bool
    opened_on: date
    closed_on: date | None
    kind: str
    pays_by: str
    currency: Currency
    timezone: str
    language: str
    terms_days: int
    address: tuple[str, ...]
    email: str
    tax_id: str
    notes: str
    contacts: tuple[ContactRead, ...]

    @property
    def phone(self) -> str:
        """The first telephone number among the contacts."""
        return next((contact.phone for contact in self.contacts if contact.phone), "")


def postal_details(account_id: int) -> dict[str, str]:
    """Where an account's bills go, by the names of its profile's fields. One query."""
    profile = Account.objects.select_related("profile").get(pk=account_id).profile
    return {name: getattr(profile, name) for name in ("street", "postcode", "city", "email")}


def customer_numbered(number: str) -> Customer:
    """Two queries. Raises: AccountUnknown."""
    account = account_numbered(number)
    profile = account.profile
    assert profile is not None
    town = " ".join(filter(None, [profile.postcode, profile.city]))
    return Customer(
        id=account.id,
        number=account.number,
        name=account.name,
        legal_name=profile.legal_name,
        is_closed=account.status == Account.Status.CLOSED,
        opened_on=account.opened_on,
        closed_on=account.closed_on,
        kind=account.kind,
        pays_by=account.pays_by,
        currency=Currency.of(profile.currency),
        timezone=profile.timezone,
        language=profile.language,
        terms_days=profile.terms_days,
        address=tuple(filter(None, [profile.street, town, profile.region, profile.country])),
        email=profile.email,
        tax_id=profile.tax_id,
        notes=account.notes,
        contacts=tuple(
            ContactRead(contact.name, contact.role, contact.email, contact.phone, contact.receives_bills)
            for contact in Contact.objects.filter(account_id=account.id).order_by("-receives_bills", "id")
        ),
    )
