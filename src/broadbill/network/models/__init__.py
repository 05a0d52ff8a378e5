from broadbill.network.models.access import Access, AllowanceNotice, Restriction, Throttle
from broadbill.network.models.accounting import Packet, Session, SignIn
from broadbill.network.models.address import Assignment, Pool
from broadbill.network.models.drift import Drift
from broadbill.network.models.enforcement import Enforcement
from broadbill.network.models.grant import Grant
from broadbill.network.models.incident import Affected, Incident
from broadbill.network.models.metered_line import MeteredLine
from broadbill.network.models.nas import Nas
from broadbill.network.models.probe import Detection, DeviceState, MonitoringPolicy, ProbeSlot
from broadbill.network.models.profile import PlanProfile, Profile
from broadbill.network.models.router import Router, RouterLine
from broadbill.network.models.site import Device, Site
from broadbill.network.models.usage import Mark, RollUpState, SessionDay
from broadbill.network.models.watch import CounterGap, Interface, InterfaceRate, Watch
from broadbill.network.models.window import Window

__all__ = ["Access", "Affected", "AllowanceNotice", "Assignment", "CounterGap", "Detection", "Device", "DeviceState",
           "Drift", "Enforcement", "Grant", "Incident", "Interface", "InterfaceRate", "Mark", "MeteredLine",
           "MonitoringPolicy", "Nas", "Packet", "PlanProfile", "Pool", "ProbeSlot", "Profile", "Restriction",
           "RollUpState", "Router", "RouterLine", "Session", "SessionDay", "SignIn", "Site", "Throttle", "Watch",
           "Window"]  # fmt: skip
