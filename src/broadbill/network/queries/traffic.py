"""What of the accounting is nobody's, and where its facts do not suffice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

# Two reports at the usual interval of at most ten minutes lie no further apart.
SILENCE_SECONDS = 1200
NAMES_TOLD = 20

UNKNOWN = """
SELECT username, sum(input_octets + output_octets) AS octets, sum(sum(input_octets + output_octets)) OVER ()
FROM network_sessionday WHERE account_id IS NULL AND username NOT LIKE 'voucher:%%'
GROUP BY username ORDER BY octets DESC, username LIMIT %s
"""
DOUBTS = """
SELECT coalesce(sum(resets), 0), count(*) FILTER (WHERE gap_seconds > %s) FROM network_sessionday
"""


@dataclass(frozen=True, slots=True)
class Doubts:
    """Octets of unknown names (the largest by name), counters that began anew, days shared out over a long silence."""

    unknown_octets: int
    unknown_names: Mapping[str, int]
    resets: int
    silences: int


def doubts() -> Doubts:
    """Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(UNKNOWN, [NAMES_TOLD])
        rows = cursor.fetchall()
        cursor.execute(DOUBTS, [SILENCE_SECONDS])
        resets, silences = cursor.fetchone()
    return Doubts(
        unknown_octets=int(rows[0][2]) if rows else 0,
        unknown_names={name: int(octets) for name, octets, _ in rows},
        resets=int(resets),
        silences=silences,
    )
