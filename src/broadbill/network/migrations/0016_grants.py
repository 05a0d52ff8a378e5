"""Access sold ahead: what FreeRADIUS answers those who sign in with a voucher, and what is left of it."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

VIEWS = import_module("broadbill.network.migrations.0002_views")
FUNCTIONS = import_module("broadbill.network.migrations.0006_look_up")
ADDRESSES = import_module("broadbill.network.migrations.0010_addresses_kept")

# What is left at this instant. Time and octets are those of its sessions: what was rolled up, and what sessions
# reported since (`network_mark` is up to where they were counted).
GRANTED = """
CREATE VIEW network_granted AS
SELECT granted.id, granted.username, granted.started_at, profile.id AS profile_id, used.seconds_used,
       used.octets_used, granted.seconds - used.seconds_used AS seconds_left,
       granted.octets - used.octets_used AS octets_left,
       granted.started_at + make_interval(secs => granted.period_seconds) AS ends_at,
       -- what its next session may last, seconds
       coalesce(granted.seconds - used.seconds_used,
           floor(extract(epoch FROM granted.started_at + make_interval(secs => granted.period_seconds)
               - statement_timestamp()))::bigint, granted.period_seconds) AS session_seconds,
       CASE WHEN granted.blocked_at IS NOT NULL THEN 'blocked'
            WHEN granted.started_at IS NULL AND granted.start_before <= statement_timestamp() THEN 'expired'
            WHEN used.seconds_used >= granted.seconds OR used.octets_used >= granted.octets
              OR granted.started_at + make_interval(secs => granted.period_seconds)
                 < statement_timestamp() + interval '1 second' THEN 'used_up'
            WHEN profile.id IS NULL THEN 'without_profile'
            WHEN granted.started_at IS NULL THEN 'unused'
            ELSE 'active' END AS state
FROM network_grant AS granted
LEFT JOIN network_planprofile AS sold ON sold.plan_id = granted.plan_id
LEFT JOIN network_profile AS profile
  ON CASE WHEN granted.profile = '' THEN profile.id = sold.profile_id ELSE profile.code = granted.profile END
CROSS JOIN LATERAL (
    SELECT coalesce(sum(session.acctsessiontime), 0)::bigint AS seconds_used,
           coalesce(sum(coalesce(counted.octets, 0)
               + greatest(coalesce(session.acctinputoctets, 0) - coalesce(mark.input_octets, 0), 0)
               + greatest(coalesce(session.acctoutputoctets, 0) - coalesce(mark.output_octets, 0), 0)), 0)::bigint
               AS octets_used
    FROM radacct AS session
    LEFT JOIN network_mark AS mark ON mark.acctuniqueid = session.acctuniqueid
    LEFT JOIN LATERAL (
        SELECT sum(day.input_octets + day.output_octets) AS octets FROM network_sessionday AS day
        WHERE day.acctuniqueid = session.acctuniqueid
    ) AS counted ON true
    -- the second condition is that of the index
    WHERE session.username = granted.username AND session.username LIKE 'voucher:%'
) AS used
"""

# A view says which of the two kinds of names a row is about: asked with a constant, half of it is not read.
OLD_CHECK = VIEWS.RADCHECK
OLD_REPLY = VIEWS.RADREPLY.replace(
    ADDRESSES.LAST_REPLY,
    f"{ADDRESSES.LAST_REPLY},\n    (2, 'Framed-IPv6-Prefix', ':=',\n        {ADDRESSES.LINK})",
)
OLD_GROUPS = VIEWS.RADUSERGROUP
OLD_GROUP_REPLY = VIEWS.RADGROUPREPLY

GRANTED_CHECK = """
SELECT own.id * 8 + item.place, own.username, item.attribute, ':=', item.value, true
FROM network_granted AS own
LEFT JOIN network_profile AS profile ON profile.id = own.profile_id
CROSS JOIN LATERAL (VALUES
    (0, 'Auth-Type', CASE WHEN own.state IN ('unused', 'active') THEN 'Accept' ELSE 'Reject' END),
    (1, 'Simultaneous-Use', coalesce(profile.sessions, 1)::text)
) AS item(place, attribute, value)
"""

# MikroTik's octets count up to 2^32, with gigawords beside. CoovaChilli and its like read ChilliSpot's, which have 32
# bits in FreeRADIUS's dictionary: what is more is told as what fits.
GRANTED_REPLY = """
SELECT own.id * 8 + item.place, own.username, item.attribute, ':=', item.value, true, item.vendor
FROM network_granted AS own
LEFT JOIN network_profile AS profile ON profile.id = own.profile_id
CROSS JOIN LATERAL (
    SELECT own.state IN ('unused', 'active') AS is_let_in,
           least(own.session_seconds, profile.session_seconds::bigint, 4294967295) AS seconds
) AS may
CROSS JOIN LATERAL (VALUES
    (0, '', 'Reply-Message', CASE own.state WHEN 'used_up' THEN 'This voucher is used up.'
        WHEN 'expired' THEN 'This voucher has expired.' WHEN 'blocked' THEN 'This voucher is blocked.'
        WHEN 'without_profile' THEN 'This voucher is not for this network.' END),
    (1, '', 'Session-Timeout', CASE WHEN may.is_let_in THEN may.seconds::text END),
    (2, 'mikrotik', 'Mikrotik-Total-Limit', CASE WHEN may.is_let_in THEN (own.octets_left & 4294967295)::text END),
    (3, 'mikrotik', 'Mikrotik-Total-Limit-Gigawords',
        CASE WHEN may.is_let_in AND own.octets_left > 4294967295 THEN (own.octets_left >> 32)::text END),
    (4, 'wispr', 'ChilliSpot-Max-Total-Octets',
        CASE WHEN may.is_let_in THEN least(own.octets_left, 4294967295)::text END),
    (5, 'wispr', 'WISPr-Session-Terminate-Time', CASE WHEN may.is_let_in THEN to_char(
        statement_timestamp() AT TIME ZONE 'UTC' + make_interval(secs => may.seconds),
        'YYYY-MM-DD"T"HH24:MI:SS"Z"') END)
) AS item(place, vendor, attribute, value)
WHERE item.value IS NOT NULL
"""

GRANTED_GROUPS = """
SELECT own.id, own.username, profile.code, 1, true
FROM network_granted AS own JOIN network_profile AS profile ON profile.id = own.profile_id
WHERE own.state IN ('unused', 'active')
"""


def with_granted(view: str, more: str, columns: str = "false AS granted") -> migrations.RunSQL:
    """The view of subscribers' names, and hidden ones with it."""
    head, rest = view.split("\nFROM ", 1)
    name = view.split()[2]
    new = f"{head}, {columns}\nFROM {rest}UNION ALL{more}"
    return migrations.RunSQL(f"DROP VIEW {name}; {new}", f"DROP VIEW {name}; {view}")


# Whoever's session may last so long by what is left of a voucher keeps that (`=`), whatever the profile says.
TIMEOUT = "(1, '', 'Session-Timeout', ':=', profile.session_seconds::text)"
TIMEOUT_GIVES_WAY = TIMEOUT.replace(":=", "=")
OF_USER = "id bigint, username text, attribute text, value text, op text"
ASKED = {
    "radius_check": (
        "who text",
        OF_USER,
        "SELECT id::bigint, username, attribute::text, value::text, op::text FROM radcheck"
        " WHERE username = who AND granted = starts_with(who, 'voucher:') ORDER BY id",
    ),
    "radius_reply": (
        "who text, source text",
        OF_USER,
        "SELECT id::bigint, username, attribute::text, value::text, op::text FROM radreply"
        " WHERE username = who AND granted = starts_with(who, 'voucher:')"
        " AND (vendor = '' OR vendor = (SELECT type FROM nas WHERE nasname = source)) ORDER BY id",
    ),
    "radius_groups": (
        "who text",
        "groupname text",
        "SELECT groupname::text FROM radusergroup"
        " WHERE username = who AND granted = starts_with(who, 'voucher:') ORDER BY priority",
    ),
}


def asked_anew(name: str) -> migrations.RunSQL:
    """The function with the statement of now in the place of the one that it had."""
    [before] = [each for each in FUNCTIONS.FUNCTIONS if each[0] == name]
    old = FUNCTIONS.FUNCTION.format(name=name, parameters=before[1], columns=before[2], query=before[3])
    parameters, columns, query = ASKED[name]
    new = FUNCTIONS.FUNCTION.format(name=name, parameters=parameters, columns=columns, query=query)
    return migrations.RunSQL(f"DROP FUNCTION {name}; {new}", f"DROP FUNCTION {name}; {old}")


# Called once everything else has let somebody in. Whoever asks second waits for the row: a grant starts once, and a
# device that was let in a moment ago counts though its session was not reported yet. It runs with its owner's rights,
# because FreeRADIUS's role may not touch grants in any other way.
START = """
CREATE FUNCTION radius_start(who text, device text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $body$
DECLARE
    own network_grant;
    at_once integer;
    others integer;
BEGIN
    SELECT * INTO own FROM network_grant WHERE username = who FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'There is no such voucher.';
    END IF;
    SELECT coalesce((SELECT profile.sessions FROM network_granted AS granted
        JOIN network_profile AS profile ON profile.id = granted.profile_id WHERE granted.id = own.id), 1) INTO at_once;
    SELECT count(*) INTO others FROM radacct AS session
    WHERE session.username = who AND session.acctstoptime IS NULL
      AND session.acctupdatetime > now() - interval '30 minutes'
      AND (session.callingstationid = device) IS NOT TRUE;
    IF own.latest_station <> device AND own.latest_at > clock_timestamp() - interval '10 seconds' AND NOT EXISTS (
        SELECT FROM radacct AS session
        WHERE session.username = who AND session.callingstationid = own.latest_station
          AND (session.acctstoptime IS NULL OR session.acctupdatetime >= own.latest_at - interval '1 second')
    ) THEN
        others := others + 1;
    END IF;
    IF others >= at_once THEN
        RETURN 'This voucher is in use on another device.';
    END IF;
    UPDATE network_grant SET latest_station = device, latest_at = clock_timestamp(),
        started_at = coalesce(own.started_at, clock_timestamp()),
        station = CASE WHEN own.started_at IS NULL THEN device ELSE own.station END
    WHERE id = own.id;
    RETURN 'started';
END
$body$
"""


class Migration(migrations.Migration):
    dependencies = [("network", "0015_watched_devices"), ("catalog", "0004_prepaid_plan")]

    operations = [
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("username", models.TextField(unique=True)),
                ("profile", models.TextField(blank=True, default="")),
                ("seconds", models.BigIntegerField(null=True)),
                ("octets", models.BigIntegerField(null=True)),
                ("period_seconds", models.BigIntegerField(null=True)),
                ("start_before", models.DateTimeField(null=True)),
                ("blocked_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("station", models.TextField(blank=True, default="")),
                ("latest_station", models.TextField(blank=True, default="")),
                ("latest_at", models.DateTimeField(null=True)),
                (
                    "plan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.plan",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("octets__isnull", True), ("period_seconds__isnull", True), ("seconds__gt", 0)
                )
                | models.Q(("octets__gt", 0), ("period_seconds__isnull", True), ("seconds__isnull", True))
                | models.Q(("octets__isnull", True), ("period_seconds__gt", 0), ("seconds__isnull", True)),
                name="network_grant_is_of_one_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("username__startswith", "voucher:")), name="network_grant_name_is_hidden"
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(
                condition=models.Q(("username__startswith", "voucher:")),
                fields=["username"],
                name="radacct_granted",
            ),
        ),
        migrations.RunSQL(GRANTED, "DROP VIEW network_granted"),
        with_granted(OLD_CHECK, GRANTED_CHECK),
        with_granted(OLD_REPLY, GRANTED_REPLY, "false AS granted, '' AS vendor"),
        with_granted(OLD_GROUPS, GRANTED_GROUPS),
        ADDRESSES.replaced(OLD_GROUP_REPLY, TIMEOUT, TIMEOUT_GIVES_WAY),
        *(asked_anew(name) for name in ASKED),
        migrations.RunSQL(START, "DROP FUNCTION radius_start"),
    ]
