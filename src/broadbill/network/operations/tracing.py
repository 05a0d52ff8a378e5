"""Telling who had an address, for those who may ask by law: whoever asks is on record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadbill.kernel.operations.events import record_event
from broadbill.network.queries.addresses import Holder, who_had


@transaction.atomic
def trace_address(*, address: str, at: datetime, request: str, now: datetime, actor: str) -> list[Holder]:
    """Who had an address at an instant; sessions first. `request` is the file number of who asks for it.

    Raises: AddressInvalid.
    """
    found = who_had(address=address, at=at)
    record_event(
        actor=actor,
        verb="address.traced",
        object_type="address",
        object_id=address.strip(),
        occurred_at=now,
        data={"at": at.isoformat(), "request": request, "usernames": [one.username for one in found]},
    )
    return found
