"""Sites, the devices at them, and what hangs under those."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import AccessUnknown, NasUnknown, PlaceInvalid, PlaceUnknown
from broadbill.network.models import Access, Device, Nas, Site

# What lies above a row, itself included.
ABOVE = """
WITH RECURSIVE above AS (
    SELECT id, {parent} AS parent FROM {table} WHERE id = %s
    UNION
    SELECT upper.id, upper.{parent} FROM {table} AS upper JOIN above ON above.parent = upper.id
)
SELECT id FROM above
"""


@transaction.atomic
def set_site(*, code: str, name: str, now: datetime, actor: str, parent: str = "") -> int:
    """Add a site, or change the one of that code. Raises: PlaceInvalid, PlaceUnknown."""
    above = site_coded(parent) if parent else None
    own = Site.objects.filter(code=code).first()
    if own is not None and above is not None and own.id in _above(Site, "parent_id", above.id):
        raise PlaceInvalid(place=code, reason=f"{parent} lies in it")
    row, added = Site.objects.update_or_create(
        code=code,
        defaults={"name": name, "parent": above},
        create_defaults={"name": name, "parent": above, "recorded_at": now},
    )
    record_event(
        actor=actor,
        verb="site.added" if added else "site.changed",
        object_type="site",
        object_id=row.id,
        occurred_at=now,
        data={"site": code, "name": name, "parent": parent},
    )
    return row.id


@transaction.atomic
def set_device(*, code: str, site: str, now: datetime, actor: str, nas: str = "", uplink: str = "") -> int:
    """Add a device, or change the one of that code. Raises: NasUnknown, PlaceInvalid, PlaceUnknown."""
    server = Nas.objects.filter(name=nas).first() if nas else None
    if nas and server is None:
        raise NasUnknown(name=nas)
    if server is not None and Device.objects.filter(nas=server).exclude(code=code).exists():
        raise PlaceInvalid(place=code, reason=f"the access server {nas} is another device already")
    above = device_coded(uplink) if uplink else None
    own = Device.objects.filter(code=code).first()
    if own is not None and above is not None and own.id in _above(Device, "uplink_id", above.id):
        raise PlaceInvalid(place=code, reason=f"{uplink} hangs under it")
    told = {"site": site_coded(site), "nas": server, "uplink": above}
    row, added = Device.objects.update_or_create(
        code=code, defaults=told, create_defaults=told | {"recorded_at": now}
    )
    record_event(
        actor=actor,
        verb="device.added" if added else "device.changed",
        object_type="device",
        object_id=row.id,
        occurred_at=now,
        data={"device": code, "site": site, "nas": nas, "uplink": uplink},
    )
    return row.id


@transaction.atomic
def hang_under(*, username: str, device: str, now: datetime, actor: str) -> None:
    """Say which device an access hangs under. Raises: AccessUnknown, PlaceUnknown."""
    access = Access.objects.select_related("subscription").filter(username=username).first()
    if access is None:
        raise AccessUnknown(username=username)
    lock_account(access.subscription.account_id)
    access.device = device_coded(device)
    access.save(update_fields=["device"])
    record_event(
        actor=actor,
        verb="access.hung_under",
        object_type="access",
        object_id=access.id,
        occurred_at=now,
        account_id=access.subscription.account_id,
        data={"username": username, "device": device},
    )


def site_coded(code: str) -> Site:
    """Raises: PlaceUnknown."""
    found = Site.objects.filter(code=code).first()
    if found is None:
        raise PlaceUnknown(kind="site", place=code)
    return found


def device_coded(code: str) -> Device:
    """Raises: PlaceUnknown."""
    found = Device.objects.filter(code=code).first()
    if found is None:
        raise PlaceUnknown(kind="device", place=code)
    return found


def _above(model: type[Site | Device], parent: str, row_id: int) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(ABOVE.format(table=model._meta.db_table, parent=parent), [row_id])
        return {row[0] for row in cursor.fetchall()}
