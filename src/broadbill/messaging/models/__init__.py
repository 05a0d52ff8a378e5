"""The outbox's tables."""

from broadbill.messaging.models.messages import Message, MessageAttempt

__all__ = ["Message", "MessageAttempt"]
