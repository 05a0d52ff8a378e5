"""From when on a silent device is an incident."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import WatchInvalid
from broadbill.network.models import MonitoringPolicy
from broadbill.network.operations.incidents import refuse_unreadable

LONGEST_MINUTES = 1440


@transaction.atomic
def set_monitoring_policy(
    *,
    down_after_minutes: int,
    up_after_minutes: int,
    credit: Mapping[str, Any],
    reference: str,
    now: datetime,
    actor: str,
) -> None:
    """Set it for all devices; `reference` empty: none. Raises: IncidentInvalid, WatchInvalid."""
    for minutes in (down_after_minutes, up_after_minutes):
        if not 1 <= minutes <= LONGEST_MINUTES:
            raise WatchInvalid(device="*", reason=f"minutes are 1 to {LONGEST_MINUTES}, not {minutes}")
    refuse_unreadable("*", credit)
    try:
        address = str(ipaddress.ip_address(reference)) if reference else None
    except ValueError as error:
        raise WatchInvalid(device="*", reason=f"{reference!r} is no IP address") from error
    told = {"down_after_minutes": down_after_minutes, "up_after_minutes": up_after_minutes,
            "credit": dict(credit), "reference": address}  # fmt: skip
    MonitoringPolicy.objects.update_or_create(
        pk=1, defaults=told, create_defaults=told | {"recorded_at": now}
    )
    record_event(
        actor=actor,
        verb="monitoring.changed",
        object_type="monitoring",
        object_id=1,
        occurred_at=now,
        data=told,
    )
