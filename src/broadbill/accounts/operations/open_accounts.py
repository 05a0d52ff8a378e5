"""Taking new customers into the books."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from broadbill.accounts.domain.errors import AccountNumberTaken
from broadbill.accounts.domain.new_account import NewAccount
from broadbill.accounts.models import Account
from broadbill.accounts.queries.find import account_numbers_taken
from broadbill.kernel.copying import copy_rows, next_ids
from broadbill.kernel.operations.events import NewEvent, record_events

ACCOUNT = ("id", "number", "name", "status", "parent_id", "kind", "pays_by", "opened_on", "closed_on", "notes",
           "recorded_at", "facts_recorded", "usage_recorded", "profile_id")  # fmt: skip
PROFILE = ("id", "account_id", "legal_name", "street", "postcode", "city", "region", "country", "tax_id",
           "tax_exempt", "reverse_charge", "currency", "timezone", "language", "anchor", "terms_days", "email",
           "recorded_at")  # fmt: skip
CONTACT = ("account_id", "name", "role", "email", "phone", "receives_bills")


@transaction.atomic
def open_accounts(*, accounts: Sequence[NewAccount], now: datetime, actor: str) -> list[int]:
    """Open accounts in bulk and return their ids in order. All or nothing.

    Raises: AccountDetailRefused, AccountNumberTaken.
    """
    for new in accounts:
        new.check()
    _refuse_taken_numbers(accounts)
    ids = next_ids("accounts_account", len(accounts))
    profile_ids = next_ids("accounts_profile", len(accounts))
    copy_rows(
        "accounts_account",
        ACCOUNT,
        (_account(i, p, new, now) for i, p, new in zip(ids, profile_ids, accounts, strict=True)),
    )
    copy_rows(
        "accounts_profile",
        PROFILE,
        (_profile(p, i, new, now) for p, i, new in zip(profile_ids, ids, accounts, strict=True)),
    )
    copy_rows(
        "accounts_contact",
        CONTACT,
        (
            (account_id, contact.name, contact.role, contact.email, contact.phone, contact.receives_bills)
            for account_id, new in zip(ids, accounts, strict=True)
            for contact in new.contacts
        ),
    )
    record_events(
        [
            NewEvent(
                occurred_at=now,
                actor=actor,
                verb="account.opened",
                object_type="account",
                object_id=str(account_id),
                account_id=account_id,
                data={"number": new.number, "name": new.name},
            )
            for account_id, new in zip(ids, accounts, strict=True)
        ]
    )
    return ids


def open_account(*, account: NewAccount, now: datetime, actor: str) -> int:
    """Open one account and return its id. Raises: AccountDetailRefused, AccountNumberTaken."""
    return open_accounts(accounts=[account], now=now, actor=actor)[0]


def _refuse_taken_numbers(accounts: Sequence[NewAccount]) -> None:
    numbers = [new.number for new in accounts]
    seen: set[str] = set()
    taken = account_numbers_taken(numbers)
    for number in numbers:
        if number in seen or number in taken:
            raise AccountNumberTaken(number=number)
        seen.add(number)


def _account(account_id: int, profile_id: int, new: NewAccount, now: datetime) -> tuple[object, ...]:
    status = Account.Status.CLOSED if new.closed_on else Account.Status.ACTIVE
    return (account_id, new.number, new.name, status.value, new.parent_id, new.kind, new.pays_by, new.opened_on,
            new.closed_on, new.notes, now, 0, 0, profile_id)  # fmt: skip


def _profile(profile_id: int, account_id: int, new: NewAccount, now: datetime) -> tuple[object, ...]:
    anchor = json.dumps(new.anchor) if new.anchor else None
    return (profile_id, account_id, new.legal_name or new.name, new.street, new.postcode, new.city, new.region,
            new.country, new.tax_id, list(new.tax_exempt), new.reverse_charge, new.currency, new.timezone,
            new.language, anchor, new.terms_days, new.email, now)  # fmt: skip
