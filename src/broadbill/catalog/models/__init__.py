from broadbill.catalog.models.plan import Charge, Plan, Price
from broadbill.catalog.models.policy import Policy
from broadbill.catalog.models.promotion import Coupon, Promotion

__all__ = ["Charge", "Coupon", "Plan", "Policy", "Price", "Promotion"]
