from broadbill.usage.models.record import UsageRecord
from broadbill.usage.models.roll_up import DailyRollUp

__all__ = ["DailyRollUp", "UsageRecord"]
