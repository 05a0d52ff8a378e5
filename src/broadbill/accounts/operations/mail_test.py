"""A letter that only shows whether letters arrive."""

from __future__ import annotations

from datetime import datetime

from broadbill.accounts.queries.provider import current_provider
from broadbill.messaging.operations.enqueue import enqueue
from broadbill.messaging.operations.write import write


def send_test(*, recipient: str, now: datetime) -> int:
    """Queue it like any other letter, and return its number in the outbox, where its fate can be read."""
    written = write(kind="mail_test", language="en", facts={"seller": current_provider().name})
    number = enqueue(draft=written.to(recipient, object_type="test", object_id=now.isoformat()), now=now)
    assert number is not None, "no two tests are asked for in one microsecond"
    return number
