"""What the services under a site carried, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

# Under it is what names a device there, or else is online by an access server there now.
BY_DAY = """
WITH RECURSIVE places AS (
    SELECT id FROM network_site WHERE code = %(site)s
    UNION
    SELECT part.id FROM network_site AS part JOIN places ON part.parent_id = places.id
), devices AS (
    SELECT id, nas_id FROM network_device WHERE site_id IN (SELECT id FROM places)
    UNION
    SELECT below.id, below.nas_id FROM network_device AS below JOIN devices ON below.uplink_id = devices.id
), subscriptions AS (
    SELECT access.subscription_id FROM network_access AS access WHERE access.device_id IN (SELECT id FROM devices)
    UNION
    SELECT access.subscription_id
    FROM devices JOIN network_nas AS server ON server.id = devices.nas_id
    JOIN radacct AS session ON session.nasipaddress = server.address AND session.acctstoptime IS NULL
    JOIN network_access AS access ON access.username = session.username AND access.device_id IS NULL
)
SELECT day.used_on, sum(day.output_octets)::bigint, sum(day.input_octets)::bigint
FROM subscriptions JOIN network_sessionday AS day ON day.subscription_id = subscriptions.subscription_id
WHERE day.used_on >= %(starts)s AND day.used_on < %(ends)s
GROUP BY day.used_on ORDER BY day.used_on
"""


@dataclass(frozen=True, slots=True)
class TrafficOfDay:
    """Towards the customers, and from them."""

    day: date
    down_octets: int
    up_octets: int


def traffic_of_site(*, site: str, starts: date, ends: date) -> list[TrafficOfDay]:
    """By the customers' local days, those without any left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(BY_DAY, {"site": site, "starts": starts, "ends": ends})
        return [TrafficOfDay(*row) for row in cursor.fetchall()]
