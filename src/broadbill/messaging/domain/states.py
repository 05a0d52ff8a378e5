"""The life of a message.

queued → sending → sent, with failed, bounced and cancelled as its other ends. A refusal that may pass goes
back from sending to queued until the attempts are used up.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

ATTEMPTS_AT_MOST = 8
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)
# A sender that has not said anything for so long is dead: every step of a delivery times out long before.
INTERRUPTED_AFTER = timedelta(minutes=15)


class MessageState(StrEnum):
    """Where a message is in its life."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How one attempt ended; an attempt without one is under way or was cut off."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    REFUSED = "refused"
    ADDRESS_REFUSED = "address_refused"
    UNKNOWN = "unknown"


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts: 1 min, 4, 16, 64, 256, 1024, then a day. None when enough is
    enough.

    Raises: ValueError before the first attempt (a caller's bug).
    """
    if attempts < 1:
        raise ValueError("no attempt was made yet")
    if attempts >= ATTEMPTS_AT_MOST:
        return None
    return min(FIRST_WAIT * 4 ** (attempts - 1), LONGEST_WAIT)
