"""The lock of an account: taken by whoever changes its history or bills it."""

from __future__ import annotations

from broadbill.accounts.domain.errors import AccountUnknown
from broadbill.accounts.models import Account


def lock_account(account_id: int) -> Account:
    """The account's row, locked until the transaction ends. Raises: AccountUnknown."""
    account = Account.objects.select_for_update(no_key=True).filter(pk=account_id).first()
    if account is None:
        raise AccountUnknown(number=f"with id {account_id}")
    return account
