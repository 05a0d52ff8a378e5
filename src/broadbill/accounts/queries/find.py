from __future__ import annotations

from broadbill.accounts.domain.errors import AccountUnknown
from broadbill.accounts.models import Account


def account_numbered(number: str) -> Account:
    """Raises: AccountUnknown."""
    try:
        return Account.objects.select_related("profile").get(number=number)
    except Account.DoesNotExist:
        raise AccountUnknown(number=number) from None
