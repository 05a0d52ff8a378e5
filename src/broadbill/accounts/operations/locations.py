"""Saying where service is delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadbill.kernel.copying import copy_rows, next_ids
from broadbill.kernel.operations.events import NewEvent, record_events

LOCATION = ("id", "account_id", "name", "street", "postcode", "city", "region", "country")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLocation:
    """A place of an account. `name` is the customer's own word for it, e.g. "Boat house"; empty texts mean unknown."""

    account_id: int
    street: str
    name: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


@transaction.atomic
def add_locations(*, locations: Sequence[NewLocation], now: datetime, actor: str) -> list[int]:
    """Record places in bulk and return their ids in order."""
    ids = next_ids("accounts_location", len(locations))
    copy_rows(
        "accounts_location",
        LOCATION,
        (
            (i, new.account_id, new.name, new.street, new.postcode, new.city, new.region, new.country)
            for i, new in zip(ids, locations, strict=True)
        ),
    )
    record_events(
        [
            NewEvent(
                occurred_at=now,
                actor=actor,
                verb="account.location_added",
                object_type="location",
                object_id=str(location_id),
                account_id=new.account_id,
                data={"street": new.street, "city": new.city},
            )
            for location_id, new in zip(ids, locations, strict=True)
        ]
    )
    return ids
