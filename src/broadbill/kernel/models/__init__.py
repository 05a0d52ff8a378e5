"""The event spine's tables."""

from broadbill.kernel.models.events import Event, EventSeal

__all__ = ["Event", "EventSeal"]
