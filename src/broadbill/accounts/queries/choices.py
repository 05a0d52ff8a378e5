"""What customers consented to, which letters they want, whom to reach."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from broadbill.accounts.domain.choices import OPTIONAL_LETTERS
from broadbill.accounts.models import Consent, Contact, UnwantedLetter


@dataclass(frozen=True, slots=True)
class ConsentRead:
    kind: str
    wording: str
    given_at: datetime
    withdrawn_at: datetime | None


def consents_of(account_id: int) -> tuple[ConsentRead, ...]:
    """All that were ever given, latest first. One query."""
    rows = Consent.objects.filter(account_id=account_id).order_by("-id")
    return tuple(ConsentRead(row.kind, row.wording, row.given_at, row.withdrawn_at) for row in rows)


def letters_wanted(account_id: int) -> tuple[str, ...]:
    """Of the letters that only help. One query."""
    unwanted = unwanted_by({account_id}).get(account_id, set())
    return tuple(letter for letter in OPTIONAL_LETTERS if letter not in unwanted)


def unwanted_by(account_ids: Collection[int]) -> dict[int, set[str]]:
    """The letters that each does not want. One query."""
    found: dict[int, set[str]] = {}
    rows = UnwantedLetter.objects.filter(account__in=account_ids)
    for account_id, letter in rows.values_list("account_id", "letter"):
        found.setdefault(account_id, set()).add(letter)
    return found


@dataclass(frozen=True, slots=True)
class KnownContact:
    id: int
    name: str
    role: str
    email: str
    phone: str
    receives_bills: bool


def contacts_of(account_id: int) -> tuple[KnownContact, ...]:
    """Those who receive bills first. One query."""
    rows = Contact.objects.filter(account_id=account_id).order_by("-receives_bills", "id")
    return tuple(
        KnownContact(row.id, row.name, row.role, row.email, row.phone, row.receives_bills) for row in rows
    )
