"""The people to reach about an account."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadbill.accounts.domain.errors import AccountDetailRefused, ContactUnknown
from broadbill.accounts.domain.new_account import NewContact
from broadbill.accounts.models import Contact
from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.operations.events import record_event


@transaction.atomic
def add_contact(*, account_id: int, contact: NewContact, now: datetime, actor: str) -> int:
    """Raises: AccountUnknown, AccountDetailRefused."""
    account = lock_account(account_id)
    _check(account.number, contact)
    row = Contact.objects.create(account_id=account_id, **_columns(contact))
    _tell("contact.added", row, now, actor)
    return row.id


@transaction.atomic
def change_contact(
    *, account_id: int, contact_id: int, contact: NewContact, now: datetime, actor: str
) -> None:
    """Raises: AccountUnknown, ContactUnknown, AccountDetailRefused."""
    row = _of_account(account_id, contact_id)
    _check(row.account.number, contact)
    for column, value in _columns(contact).items():
        setattr(row, column, value)
    row.save()
    _tell("contact.changed", row, now, actor)


@transaction.atomic
def remove_contact(*, account_id: int, contact_id: int, now: datetime, actor: str) -> None:
    """Raises: AccountUnknown, ContactUnknown."""
    row = _of_account(account_id, contact_id)
    _tell("contact.removed", row, now, actor)
    row.delete()


def _of_account(account_id: int, contact_id: int) -> Contact:
    lock_account(account_id)
    row = Contact.objects.select_related("account").filter(account_id=account_id, pk=contact_id).first()
    if row is None:
        raise ContactUnknown(contact=contact_id)
    return row


def _columns(contact: NewContact) -> dict[str, str | bool]:
    return {
        "name": contact.name.strip(),
        "role": contact.role.strip(),
        "email": contact.email.strip(),
        "phone": contact.phone.strip(),
        "receives_bills": contact.receives_bills,
    }


def _check(number: str, contact: NewContact) -> None:
    if not contact.name.strip():
        raise AccountDetailRefused(number=number, field="name", reason="is empty")
    if contact.receives_bills and not contact.email.strip():
        raise AccountDetailRefused(number=number, field="email", reason="is needed to receive bills")


def _tell(verb: str, row: Contact, now: datetime, actor: str) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="contact",
        object_id=row.id,
        account_id=row.account_id,
        occurred_at=now,
        data={"name": row.name},
    )
