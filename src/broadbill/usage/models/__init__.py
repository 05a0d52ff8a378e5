from broadbill.usage.models.record import UsageRecord
from broadbill.usage.models.roll_up import DailyRollUp
from broadbill.usage.models.source import Aside, Line, Reading, Source, TakenFile

__all__ = ["Aside", "DailyRollUp", "Line", "Reading", "Source", "TakenFile", "UsageRecord"]
