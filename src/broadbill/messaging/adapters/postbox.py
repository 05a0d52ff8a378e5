"""What the outbox asks of whoever carries its messages, and the ways in which that can fail.

Every failure says one thing precisely: whether the message may have arrived. Only `DeliveryUnknown` leaves
that open.
"""

from __future__ import annotations

from email.message import EmailMessage
from types import TracebackType
from typing import Protocol, Self


class DeliveryFailure(Exception):
    """The message did not go out. Its text is what the server said, for people to read."""


class ServerUnavailable(DeliveryFailure):
    """The server cannot be reached or does not let us in: no message can be sent now."""


class DeferredByServer(DeliveryFailure):
    """The server refuses this message for now (4xx): try again later."""


class AddressRefused(DeliveryFailure):
    """The server refuses the recipient for good (5xx to RCPT)."""


class MessageRefused(DeliveryFailure):
    """The server refuses the message for good (5xx to anything else)."""


class DeliveryUnknown(DeliveryFailure):
    """The connection broke between handing the message over and the answer: it may have arrived."""


class Postbox(Protocol):
    """A way to send. Used as a context manager, so that one connection serves many messages."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def deliver(self, *, message: EmailMessage, sender: str, recipient: str) -> str:
        """Send one message and return the server's answer. Raises: a DeliveryFailure."""
        ...
