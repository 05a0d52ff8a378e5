from __future__ import annotations

from collections.abc import Collection

from broadbill.accounts.models import Account
from broadbill.contracts.domain.errors import SubscriptionUnknown
from broadbill.contracts.models import Subscription


def subscription_coded(account: Account, code: str) -> Subscription:
    """Raises: SubscriptionUnknown."""
    found = Subscription.objects.filter(account=account, code=code).first()
    if found is None:
        raise SubscriptionUnknown(subscription=f"{account.number}/{code}")
    return found


def subscriptions_named(names: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    """(account id, subscription id) by account number and subscription code; unknown names are left out. One query."""
    rows = Subscription.objects.filter(
        account__number__in={number for number, _ in names}, code__in={code for _, code in names}
    ).values_list("account__number", "code", "account_id", "id")
    return {(number, code): (account, subscription) for number, code, account, subscription in rows}
