from __future__ import annotations

from collections.abc import Sequence

from broadbill.accounts.domain.errors import AccountUnknown
from broadbill.accounts.models import Account


def account_numbered(number: str) -> Account:
    """Raises: AccountUnknown."""
    try:
        return Account.objects.select_related("profile").get(number=number)
    except Account.DoesNotExist:
        raise AccountUnknown(number=number) from None


def account_numbers_taken(numbers: Sequence[str]) -> set[str]:
    """Which of these numbers accounts have."""
    return set(Account.objects.filter(number__in=numbers).values_list("number", flat=True))
