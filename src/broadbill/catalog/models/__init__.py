from broadbill.catalog.models.plan import Charge, Plan, Price

__all__ = ["Charge", "Plan", "Price"]
