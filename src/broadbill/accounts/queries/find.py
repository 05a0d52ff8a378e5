from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from broadbill.accounts.domain.errors import AccountUnknown
from broadbill.accounts.models import Account


def account_numbered(number: str) -> Account:
    """Raises: AccountUnknown."""
    try:
        return Account.objects.select_related("profile").get(number=number)
    except Account.DoesNotExist:
        raise AccountUnknown(number=number) from None


def accounts_numbered(numbers: Sequence[str]) -> list[Account]:
    """The accounts in the order asked for. One query. Raises: AccountUnknown for the first that there is not."""
    found = {account.number: account for account in Account.objects.filter(number__in=numbers)}
    for number in numbers:
        if number not in found:
            raise AccountUnknown(number=number)
    return [found[number] for number in numbers]


def account_numbers_taken(numbers: Sequence[str]) -> set[str]:
    """Which of these numbers accounts have. One query, however many are asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM accounts_account WHERE number = ANY(%s)", [list(numbers)])
        return {row[0] for row in cursor.fetchall()}


def account_ids_numbered(numbers: Sequence[str]) -> dict[str, int]:
    """Ids by number; numbers that nobody has are left out. One query."""
    return dict(Account.objects.filter(number__in=numbers).values_list("number", "id"))
