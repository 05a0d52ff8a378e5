"""To whom letters about an account go."""

from __future__ import annotations

from collections.abc import Iterable

from broadbill.accounts.models import Account, Contact
from broadbill.accounts.queries.choices import unwanted_by


def readers_of(accounts: Iterable[Account], *, letter: str = "") -> dict[int, tuple[str, ...]]:
    """The addresses of each account's letters: its profile's, then those of contacts who receive its bills.

    Nobody's of accounts that do not want `letter`, one of those that only help. The accounts come with their profiles.
    One query, and one more for such a letter.
    """
    accounts = list(accounts)
    if letter:
        unwanted = unwanted_by({row.id for row in accounts})
        silent = {account_id: () for account_id, letters in unwanted.items() if letter in letters}
        return readers_of(row for row in accounts if row.id not in silent) | silent
    found = {row.id: [row.profile.email] if row.profile.email else [] for row in accounts}
    contacts = Contact.objects.filter(account__in=found, receives_bills=True).order_by("id")
    for account_id, email in contacts.values_list("account_id", "email"):
        found[account_id].append(email)
    return {account_id: tuple(dict.fromkeys(emails)) for account_id, emails in found.items()}
