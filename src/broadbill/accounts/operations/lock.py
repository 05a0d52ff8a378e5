"""The lock of an account: taken by whoever changes its history or bills it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from broadbill.accounts.domain.errors import AccountClosed, AccountUnknown
from broadbill.accounts.models import Account


def lock_account(account_id: int) -> Account:
    """The account's row, locked until the transaction ends. Raises: AccountUnknown."""
    account = Account.objects.select_for_update(no_key=True).filter(pk=account_id).first()
    if account is None:
        raise AccountUnknown(number=f"with id {account_id}")
    return account


def lock_open_account(account_id: int, *, on: date) -> Account:
    """As `lock_account`, of an account that takes new business on the day. Raises: AccountUnknown, AccountClosed."""
    account = lock_account(account_id)
    refuse_closed(account, on=on)
    return account


def refuse_closed(account: Account, *, on: date) -> None:
    """Raises: AccountClosed."""
    if account.closed_on and account.closed_on <= on:
        raise AccountClosed.of({account.number: account.closed_on})


def lock_accounts(account_ids: Iterable[int]) -> dict[int, Account]:
    """Accounts by id with their profiles, locked in the order of their ids. Raises: AccountUnknown."""
    wanted = sorted(set(account_ids))
    rows = Account.objects.select_for_update(no_key=True, of=("self",)).select_related("profile")
    found = {account.id: account for account in rows.filter(pk__any=wanted).order_by("id")}
    for account_id in wanted:
        if account_id not in found:
            raise AccountUnknown(number=f"with id {account_id}")
    return found
