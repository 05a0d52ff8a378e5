"""What the kernel does for every module: record events, seal them."""

from broadbill.kernel.operations.events import NewEvent, record_event, record_events

__all__ = ["NewEvent", "record_event", "record_events"]
