"""What is left of access sold ahead, at this instant, from the view that FreeRADIUS answers by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

GRANTED = """
SELECT granted.id, granted.state, granted.started_at, granted.ends_at,
       CASE WHEN granted.seconds_left IS NOT NULL THEN greatest(granted.seconds_left, 0) END,
       CASE WHEN granted.octets_left IS NOT NULL THEN greatest(granted.octets_left, 0) END,
       granted.seconds_used, granted.octets_used
FROM network_granted AS granted WHERE granted.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Granted:
    """`state` is unused, active, used_up, expired, blocked or without_profile. None is without that limit.

    Units: seconds online, octets of both directions; `ends_at` is of a period that has begun.
    """

    id: int
    state: str
    started_at: datetime | None
    ends_at: datetime | None
    seconds_left: int | None
    octets_left: int | None
    seconds_used: int
    octets_used: int


def granted(grant_ids: Collection[int]) -> dict[int, Granted]:
    """By id. One query."""
    with connection.cursor() as cursor:
        cursor.execute(GRANTED, [list(grant_ids)])
        return {row[0]: Granted(*row) for row in cursor.fetchall()}
