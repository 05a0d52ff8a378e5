"""The event spine's tables, and which Broadbill this is."""

from broadbill.kernel.models.events import Event, EventSeal
from broadbill.kernel.models.installation import Installation

__all__ = ["Event", "EventSeal", "Installation"]
