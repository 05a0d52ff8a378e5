from broadbill.network.models.access import Access, Throttle
from broadbill.network.models.accounting import Packet, Session, SignIn
from broadbill.network.models.nas import Nas
from broadbill.network.models.profile import PlanProfile, Profile

__all__ = ["Access", "Nas", "Packet", "PlanProfile", "Profile", "Session", "SignIn", "Throttle"]
