"""Comparing what was agreed with what access servers report. It changes nothing on the network: enforcement does."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

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
      AND (last.used_on IS NULL OR last.used_on < %(silent)s::date)
      AND NOT EXISTS (
          SELECT FROM network_access AS sibling
          JOIN radacct AS session ON session.username = sibling.username AND session.acctstoptime IS NULL
          WHERE sibling.subscription_id = standing.subscription_id
      )
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


@transaction.atomic
def reconcile(*, now: datetime) -> int:
    """Look everywhere, and return how much drift there is. What is known keeps the instant it was first seen."""
    with connection.cursor() as cursor:
        # Of two that look at once, the second waits.
        cursor.execute("LOCK TABLE network_drift IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(LOOK, {"now": now, "silent": now - SILENT})
        return cursor.rowcount
