from __future__ import annotations

from broadbill.accounts.models import Account
from broadbill.contracts.domain.errors import SubscriptionUnknown
from broadbill.contracts.models import Subscription


def subscription_coded(account: Account, code: str) -> Subscription:
    """Raises: SubscriptionUnknown."""
    found = Subscription.objects.filter(account=account, code=code).first()
    if found is None:
        raise SubscriptionUnknown(subscription=f"{account.number}/{code}")
    return found
