from broadbill.contracts.models.contract import Contract
from broadbill.contracts.models.fact import Fact
from broadbill.contracts.models.redemption import Redemption
from broadbill.contracts.models.referral import Referral
from broadbill.contracts.models.subscription import ServiceChange, Subscription, SubscriptionTerm

__all__ = ["Contract", "Fact", "Redemption", "Referral", "ServiceChange", "Subscription", "SubscriptionTerm"]
