"""What FreeRADIUS reads: views in the shape of its SQL module, computed from what was agreed, at the instant it asks."""

from django.db import migrations

# One row for each credential: whether it gets in now, and by which profile.
STANDING = """
CREATE VIEW network_standing AS
SELECT access.id AS access_id, access.kind, access.username, access.password, access.address, access.ipv6_prefix,
       subscription.id AS subscription_id, subscription.account_id, own.id AS own_profile_id, now_is.state,
       CASE now_is.state WHEN 'active' THEN own.id
                         WHEN 'throttled' THEN own.throttled_to_id
                         WHEN 'restricted' THEN own.restricted_to_id END AS profile_id
FROM network_access AS access
JOIN contracts_subscription AS subscription ON subscription.id = access.subscription_id
JOIN accounts_account AS account ON account.id = subscription.account_id
JOIN accounts_profile AS details ON details.id = account.profile_id
LEFT JOIN contracts_subscriptionterm AS term
  ON term.subscription_id = subscription.id AND term.superseded_at IS NULL
 -- terms go by the customer's own days
 AND term.holds @> (statement_timestamp() AT TIME ZONE details.timezone)::date
LEFT JOIN network_planprofile AS sold ON sold.plan_id = term.plan_id
LEFT JOIN network_profile AS own ON own.id = sold.profile_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN term.id IS NULL THEN 'out_of_service'
        WHEN own.id IS NULL THEN 'without_profile'
        WHEN term.state <> 'active' AND own.restricted_to_id IS NULL THEN 'suspended'
        WHEN term.state <> 'active' THEN 'restricted'
        WHEN own.throttled_to_id IS NOT NULL AND EXISTS (
            SELECT FROM network_throttle AS throttle
            WHERE throttle.subscription_id = subscription.id AND throttle.starts_at <= statement_timestamp()
              AND (throttle.ends_at IS NULL OR throttle.ends_at > statement_timestamp())
        ) THEN 'throttled'
        ELSE 'active' END AS state
) AS now_is
"""

# A MAC or a circuit needs no password, so it must be where the NAS sees it, not something that a person typed.
RADCHECK = """
CREATE VIEW radcheck AS
SELECT standing.access_id * 8 + item.place AS id, standing.username, item.attribute, item.op, item.value
FROM network_standing AS standing
CROSS JOIN LATERAL (VALUES
    (0, 'Auth-Type', ':=', CASE WHEN standing.profile_id IS NULL THEN 'Reject' END),
    (1, 'Cleartext-Password', ':=', CASE WHEN standing.profile_id IS NOT NULL THEN nullif(standing.password, '') END),
    (2, 'Auth-Type', ':=', CASE WHEN standing.profile_id IS NOT NULL AND standing.password = '' THEN 'Accept' END),
    (3, 'Calling-Station-Id', '==', CASE WHEN standing.kind = 'mac' THEN standing.username END),
    -- set by FreeRADIUS's policy of ours, from what the NAS says of the circuit
    (4, 'Tmp-String-1', '==', CASE WHEN standing.kind = 'circuit' THEN standing.username END)
) AS item(place, attribute, op, value)
WHERE item.value IS NOT NULL
"""

# Behind the walled garden a fixed address is not given, so that the garden's pool is.
RADREPLY = """
CREATE VIEW radreply AS
SELECT standing.access_id * 8 + item.place AS id, standing.username, item.attribute, item.op, item.value
FROM network_standing AS standing
CROSS JOIN LATERAL (VALUES
    (0, 'Framed-IP-Address', ':=', host(standing.address)),
    (1, 'Delegated-IPv6-Prefix', ':=', nullif(standing.ipv6_prefix, ''))
) AS item(place, attribute, op, value)
WHERE item.value IS NOT NULL AND standing.state IN ('active', 'throttled')
"""

RADUSERGROUP = """
CREATE VIEW radusergroup AS
SELECT standing.access_id AS id, standing.username, profile.code AS groupname, 1 AS priority
FROM network_standing AS standing JOIN network_profile AS profile ON profile.id = standing.profile_id
"""

RADGROUPCHECK = """
CREATE VIEW radgroupcheck AS
SELECT profile.id, profile.code AS groupname, 'Simultaneous-Use' AS attribute, ':=' AS op,
       profile.sessions::text AS value
FROM network_profile AS profile WHERE profile.sessions IS NOT NULL
"""

# `vendor` is empty where every NAS understands the attribute. 32 bits hold 4.29 Gbit/s: what is faster is not limited
# by an attribute of bits per second. Cisco's bursts are 1.5 s of the rate, and twice that.
RADGROUPREPLY = """
CREATE VIEW radgroupreply AS
SELECT profile.id * 32 + item.place AS id, profile.code AS groupname, item.attribute, item.op, item.value, item.vendor
FROM network_profile AS profile
CROSS JOIN LATERAL (
    SELECT profile.down_kbps::bigint * 1000 AS down, profile.up_kbps::bigint * 1000 AS up,
           profile.burst_down_kbps::bigint * 1000 AS burst_down, profile.burst_up_kbps::bigint * 1000 AS burst_up,
           4294967295::bigint AS most
) AS bps
CROSS JOIN LATERAL (VALUES
    (0, '', 'Framed-Pool', ':=', nullif(profile.pool, '')),
    (1, '', 'Session-Timeout', ':=', profile.session_seconds::text),
    (2, '', 'Idle-Timeout', ':=', profile.idle_seconds::text),
    (3, '', 'Acct-Interim-Interval', ':=', profile.interim_seconds::text),
    (4, '', 'Class', ':=', profile.code),
    (5, 'mikrotik', 'Mikrotik-Rate-Limit', ':=',
        profile.up_kbps || 'k/' || profile.down_kbps || 'k' || coalesce(
            ' ' || profile.burst_up_kbps || 'k/' || profile.burst_down_kbps || 'k '
            || profile.up_kbps || 'k/' || profile.down_kbps || 'k '
            || profile.burst_seconds || '/' || profile.burst_seconds, '')),
    (6, 'mikrotik', 'Mikrotik-Address-List', ':=', nullif(profile.address_list, '')),
    (7, 'cisco', 'Cisco-Account-Info', ':=',
        'QU;' || bps.up || ';' || bps.up * 3 / 16 || ';' || bps.up * 3 / 8 || ';D;'
        || bps.down || ';' || bps.down * 3 / 16 || ';' || bps.down * 3 / 8),
    (8, 'juniper', 'ERX-Service-Activate:1', ':=', 'broadbill(' || bps.down || ',' || bps.up || ')'),
    (9, 'huawei', 'Huawei-Input-Average-Rate', ':=', CASE WHEN bps.up <= bps.most THEN bps.up::text END),
    (10, 'huawei', 'Huawei-Output-Average-Rate', ':=', CASE WHEN bps.down <= bps.most THEN bps.down::text END),
    (11, 'huawei', 'Huawei-Input-Peak-Rate', ':=',
        CASE WHEN bps.burst_up <= bps.most THEN bps.burst_up::text END),
    (12, 'huawei', 'Huawei-Output-Peak-Rate', ':=',
        CASE WHEN bps.burst_down <= bps.most THEN bps.burst_down::text END),
    (13, 'ubiquiti', 'WISPr-Bandwidth-Max-Up', ':=', CASE WHEN bps.up <= bps.most THEN bps.up::text END),
    (14, 'ubiquiti', 'WISPr-Bandwidth-Max-Down', ':=', CASE WHEN bps.down <= bps.most THEN bps.down::text END),
    (15, 'wispr', 'WISPr-Bandwidth-Max-Up', ':=', CASE WHEN bps.up <= bps.most THEN bps.up::text END),
    (16, 'wispr', 'WISPr-Bandwidth-Max-Down', ':=', CASE WHEN bps.down <= bps.most THEN bps.down::text END)
) AS item(place, vendor, attribute, op, value)
WHERE item.value IS NOT NULL
"""

NAS = """
CREATE VIEW nas AS
SELECT server.id, host(server.address) AS nasname, server.name AS shortname, server.vendor AS type, NULL::integer AS ports,
       server.secret, NULL::text AS server, NULL::text AS community, server.site AS description
FROM network_nas AS server
"""


def view(sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP VIEW {sql.split()[2]}")


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0001_initial"),
        ("accounts", "0003_contact_search"),
        ("catalog", "0004_prepaid_plan"),
        ("contracts", "0002_redemptions"),
    ]

    operations = [
        view(STANDING),
        view(RADCHECK),
        view(RADREPLY),
        view(RADUSERGROUP),
        view(RADGROUPCHECK),
        view(RADGROUPREPLY),
        view(NAS),
    ]
