from broadbill.catalog.models.plan import Charge, Plan, Price
from broadbill.catalog.models.policy import Policy

__all__ = ["Charge", "Plan", "Policy", "Price"]
