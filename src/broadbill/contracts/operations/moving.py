"""A customer moves: their services are delivered elsewhere from now on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from broadbill.accounts.operations.change_profile import change_profile
from broadbill.accounts.operations.locations import NewLocation, add_locations
from broadbill.accounts.operations.lock import lock_account
from broadbill.contracts.domain.errors import SubscriptionUnknown
from broadbill.contracts.models import Subscription
from broadbill.kernel.operations.events import NewEvent, record_events


@transaction.atomic
def move(
    *, place: NewLocation, subscription_ids: Collection[int], bills_too: bool, now: datetime, actor: str
) -> None:
    """Deliver these subscriptions of the place's account there; with `bills_too`, bills are addressed there as well.

    What is billed does not change by it, but for taxes that go by the address of bills. Where service was before stays
    in the events.
    Raises: AccountUnknown, SubscriptionUnknown.
    """
    lock_account(place.account_id)
    chosen = Subscription.objects.filter(account_id=place.account_id, pk__in=subscription_ids)
    found = {one.pk: one for one in chosen.select_related("location")}
    for subscription_id in subscription_ids:
        if subscription_id not in found:
            raise SubscriptionUnknown(subscription=str(subscription_id))
    [location_id] = add_locations(locations=[place], now=now, actor=actor)
    chosen.update(location_id=location_id)
    record_events(
        [
            NewEvent(
                occurred_at=now,
                actor=actor,
                verb="subscription.moved",
                object_type="subscription",
                object_id=str(one.pk),
                account_id=place.account_id,
                data={
                    "code": one.code,
                    "from": str(one.location) if one.location else "",
                    "to": f"{place.street}, {place.city}",
                },
            )
            for one in found.values()
        ]
    )
    if bills_too:
        address = {key: getattr(place, key) for key in ("street", "postcode", "city", "region", "country")}
        change_profile(account_id=place.account_id, changes=address, now=now, actor=actor)
