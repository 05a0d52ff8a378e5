"""To whom letters about an account go."""

from __future__ import annotations

from collections.abc import Iterable

from broadbill.accounts.models import Account, Contact


def readers_of(accounts: Iterable[Account]) -> dict[int, tuple[str, ...]]:
    """The addresses of each account's letters: its profile's, then those of contacts who receive its bills.

    The accounts come with their profiles. One query.
    """
    found = {row.id: [row.profile.email] if row.profile.email else [] for row in accounts}
    contacts = Contact.objects.filter(account__in=found, receives_bills=True).order_by("id")
    for account_id, email in contacts.values_list("account_id", "email"):
        found[account_id].append(email)
    return {account_id: tuple(dict.fromkeys(emails)) for account_id, emails in found.items()}
