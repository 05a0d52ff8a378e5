from broadbill.usage.models.record import UsageRecord

__all__ = ["UsageRecord"]
