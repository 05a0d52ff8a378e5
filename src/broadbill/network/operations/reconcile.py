"""Comparing what was agreed with what access servers report and routers hold. Enforcement changes them, not this."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from broadbill.network.operations.enforce import AGAIN_AFTER, enforce_later
from broadbill.network.operations.read_routers import read_routers

# So long without an octet, and what is billed is doubtful.
SILENT = timedelta(days=30)
LOOK = """
WITH seen AS (
    SELECT coalesce(session.username, '') AS username, standing.subscription_id, told.kind, told.wanted, told.found,
           session.radacctid AS place
    FROM radacct AS session
    LEFT JOIN network_standing AS standing ON standing.username = session.username
    LEFT JOIN network_profile AS profile ON profile.id = standing.profile_id
    LEFT JOIN network_granted AS granted ON granted.username = session.username
    LEFT JOIN network_nas AS server ON server.address = session.nasipaddress
    LEFT JOIN network_access AS access ON access.id = standing.access_id
    LEFT JOIN network_device AS device ON device.id = access.device_id
    LEFT JOIN network_nas AS own ON own.id = device.nas_id
    CROSS JOIN LATERAL (VALUES
        (CASE WHEN standing.access_id IS NULL AND granted.id IS NULL THEN 'orphan' END, '', host(session.nasipaddress)),
        (CASE WHEN standing.access_id IS NOT NULL AND profile.id IS NULL THEN 'active_not_billed' END,
         coalesce(standing.state, ''), coalesce(server.name, host(session.nasipaddress))),
        (CASE WHEN granted.state NOT IN ('unused', 'active') THEN 'active_not_billed' END, granted.state,
         coalesce(server.name, host(session.nasipaddress))),
        (CASE WHEN session.class <> profile.code THEN 'wrong_speed' END, profile.code, session.class),
        (CASE WHEN standing.state IN ('active', 'throttled') AND session.framedipaddress <> standing.address
              THEN 'wrong_address' END, host(standing.address), host(session.framedipaddress)),
        (CASE WHEN session.nasipaddress <> own.address THEN 'wrong_device' END, own.name,
         coalesce(server.name, host(session.nasipaddress)))
    ) AS told(kind, wanted, found)
    WHERE session.acctstoptime IS NULL AND told.kind IS NOT NULL
    UNION ALL
    SELECT standing.username, standing.subscription_id, 'billed_not_active', standing.state,
           coalesce(last.used_on::text, ''), 0
    FROM network_standing AS standing
    JOIN network_access AS access ON access.id = standing.access_id
    LEFT JOIN LATERAL (
        SELECT max(day.used_on) AS used_on FROM network_sessionday AS day
        WHERE day.subscription_id = standing.subscription_id
    ) AS last ON true
    WHERE standing.state IN ('active', 'throttled') AND access.recorded_at < %(silent)s
      -- a router without RADIUS reports no sessions
      AND NOT EXISTS (SELECT FROM network_routerline AS line WHERE line.access_id = access.id)
      AND (last.used_on IS NULL OR last.used_on < %(silent)s::date)
      AND NOT EXISTS (
          SELECT FROM network_access AS sibling
          JOIN radacct AS session ON session.username = sibling.username AND session.acctstoptime IS NULL
          WHERE sibling.subscription_id = standing.subscription_id
      )
    UNION ALL
    SELECT read.username, read.subscription_id, read.kind, read.wanted, read.found, 0
    FROM unnest(%(usernames)s::text[], %(subscriptions)s::bigint[], %(kinds)s::text[], %(wanted)s::text[],
                %(found)s::text[]) AS read(username, subscription_id, kind, wanted, found)
), drift AS (
    SELECT DISTINCT ON (kind, username) * FROM seen ORDER BY kind, username, place DESC
), right_again AS (
    DELETE FROM network_drift AS known WHERE NOT EXISTS (
        SELECT FROM drift WHERE drift.kind = known.kind AND drift.username = known.username
    )
)
INSERT INTO network_drift AS known (kind, username, subscription_id, wanted, found, first_seen_at)
SELECT kind, username, subscription_id, wanted, found, %(now)s FROM drift
ON CONFLICT (kind, username) DO UPDATE
SET subscription_id = excluded.subscription_id, wanted = excluded.wanted, found = excluded.found
"""


# A router that differs is written again, but what has just failed, or waits, is not asked for once more.
KNOWN = """
SELECT subscription_id FROM network_enforcement
WHERE subscription_id = ANY(%s) AND (state = 'waiting' OR (state = 'failed' AND ended_at > %s))
"""


def reconcile(*, now: datetime) -> int:
    """Look everywhere, and return how much drift there is. What is known keeps the instant it was first seen.

    Routers are read first, outside of any transaction; lines that they have otherwise are written again soon.
    """
    read = read_routers()
    with transaction.atomic(), connection.cursor() as cursor:
        # Of two that look at once, the second waits.
        cursor.execute("LOCK TABLE network_drift IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            LOOK,
            {
                "now": now,
                "silent": now - SILENT,
                "usernames": [each.username for each in read],
                "subscriptions": [each.subscription_id for each in read],
                "kinds": [each.kind for each in read],
                "wanted": [each.wanted for each in read],
                "found": [each.found for each in read],
            },
        )
        drift = cursor.rowcount
        differing = {each.subscription_id for each in read if each.subscription_id is not None}
        cursor.execute(KNOWN, [list(differing), now - AGAIN_AFTER])
        differing -= {row[0] for row in cursor.fetchall()}
        enforce_later(subscription_ids=differing, cause="its router differs", now=now)
    return drift
