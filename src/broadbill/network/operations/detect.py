"""Incidents that probes find: one for each event, none for what hangs under a device that failed itself."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from broadbill.network.models import Detection, DeviceState
from broadbill.network.operations.incidents import declare_incident, end_incident
from broadbill.network.queries.monitoring import Policy

# Devices that are down and have opened nothing. One that hangs under another that fails, known to be down yet or
# not, is that one's event; what an incident over it, over what it hangs under or over its site covers, is known
# already. What began under either began for itself only when that was over.
TO_OPEN = """
WITH RECURSIVE chain AS (
    SELECT state.device_id AS down_id, device.id AS device_id, device.uplink_id, device.site_id, state.since
    FROM network_devicestate AS state JOIN network_device AS device ON device.id = state.device_id
    JOIN network_watch AS watch ON watch.device_id = device.id
    WHERE state.is_up IS FALSE AND state.failing_since IS NOT NULL AND state.incident_id IS NULL
    UNION
    SELECT chain.down_id, upper.id, upper.uplink_id, upper.site_id, chain.since
    FROM network_device AS upper JOIN chain ON chain.uplink_id = upper.id
), places AS (
    SELECT chain.down_id, chain.since, chain.site_id AS site_id FROM chain
    UNION
    SELECT places.down_id, places.since, site.parent_id
    FROM places JOIN network_site AS site ON site.id = places.site_id WHERE site.parent_id IS NOT NULL
), covering AS (
    SELECT chain.down_id, incident.ends_at
    FROM chain JOIN network_incident AS incident ON incident.device_id = chain.device_id
    WHERE incident.ends_at IS NULL OR incident.ends_at > chain.since
    UNION ALL
    SELECT places.down_id, incident.ends_at
    FROM places JOIN network_incident AS incident ON incident.site_id = places.site_id
    WHERE incident.ends_at IS NULL OR incident.ends_at > places.since
    UNION ALL
    SELECT chain.down_id, CASE WHEN upper.is_up AND upper.failing_since IS NULL THEN upper.since END
    FROM chain JOIN network_devicestate AS upper ON upper.device_id = chain.device_id
    JOIN network_watch AS watch ON watch.device_id = upper.device_id
    WHERE upper.device_id <> chain.down_id
      AND (upper.is_up IS FALSE OR upper.failing_since IS NOT NULL OR upper.since > chain.since)
)
SELECT device.id, device.code, greatest(state.since, max(covering.ends_at))
FROM network_devicestate AS state JOIN network_device AS device ON device.id = state.device_id
LEFT JOIN covering ON covering.down_id = device.id
WHERE device.id IN (SELECT down_id FROM chain)
GROUP BY device.id, device.code, state.since
HAVING count(*) FILTER (WHERE covering.down_id IS NOT NULL AND covering.ends_at IS NULL) = 0
   AND greatest(state.since, max(covering.ends_at)) <= %(now)s - make_interval(mins => %(patience)s)
ORDER BY device.id
"""


def open_and_close(*, policy: Policy, now: datetime, actor: str) -> tuple[int, int]:
    """End the incidents of devices that are back, as of when they were; open one for each event that is new.

    Returns how many were opened and closed. In the caller's transaction, under its lock of the states.
    """
    closed = _close(now, actor)
    with connection.cursor() as cursor:
        cursor.execute(TO_OPEN, {"now": now, "patience": policy.down_after_minutes})
        found = cursor.fetchall()
    for device_id, code, starts_at in found:
        number = declare_incident(
            device=code,
            starts_at=starts_at,
            cause=f"{code} does not answer",
            credit=policy.credit,
            now=now,
            actor=actor,
        )
        Detection.objects.create(incident_id=number)
        DeviceState.objects.filter(device=device_id).update(incident=number)
    return len(found), closed


def _close(now: datetime, actor: str) -> int:
    back = DeviceState.objects.select_related("incident").filter(is_up=True, incident__isnull=False)
    closed = 0
    for state in back.order_by("device_id"):
        assert state.incident is not None
        assert state.since is not None
        # A person may have ended it, or said that it was none.
        if state.incident.ends_at is None:
            end_incident(
                incident_id=state.incident.id, ends_at=state.since, now=now, actor=actor, grants=False
            )
            closed += 1
    back.update(incident=None)
    return closed
