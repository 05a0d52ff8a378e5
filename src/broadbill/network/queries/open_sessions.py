"""Sessions that are open, with what each was told and should have been told."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

# What may change in mid-session: not addresses, which are given when one begins.
UNCHANGEABLE = ("Framed-Pool",)

OPEN = """
SELECT session.radacctid, session.acctsessionid, session.username, standing.kind, host(session.framedipaddress),
       session.callingstationid, coalesce(server.name, ''), host(session.nasipaddress), server.coa_port, server.secret,
       session.class, told.pool, coalesce(wanted.code, ''), coalesce(wanted.pool, ''), standing.state,
       standing.account_id
FROM network_standing AS standing
JOIN radacct AS session ON session.username = standing.username AND session.acctstoptime IS NULL
LEFT JOIN network_nas AS server ON server.address = session.nasipaddress
LEFT JOIN network_profile AS told ON told.code = session.class
LEFT JOIN network_profile AS wanted ON wanted.id = standing.profile_id
WHERE {which}
ORDER BY session.radacctid
"""
# Under a hidden name, which its server does not know.
NOTHING_LEFT = """
SELECT session.radacctid, session.acctsessionid, session.username, 'voucher', host(session.framedipaddress),
       session.callingstationid, coalesce(server.name, ''), host(session.nasipaddress), server.coa_port, server.secret,
       session.class, NULL, '', '', granted.state, NULL
FROM radacct AS session
JOIN network_granted AS granted ON granted.username = session.username
LEFT JOIN network_nas AS server ON server.address = session.nasipaddress
WHERE session.username LIKE 'voucher:%' AND session.acctstoptime IS NULL
  AND granted.state NOT IN ('unused', 'active')
ORDER BY session.radacctid
"""
CHANGEABLE = """
SELECT item.attribute, item.value FROM radgroupreply AS item
WHERE item.groupname = %s AND item.attribute <> ALL(%s)
  AND item.vendor IN ('', (SELECT type FROM nas WHERE shortname = %s))
ORDER BY item.id
"""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """`nas` is empty when its server is not ours. `told` is the profile it was given, None where nobody knows."""

    id: int
    acct_session_id: str
    username: str
    kind: str
    framed_address: str | None
    calling_station: str | None
    nas: str
    nas_address: str
    coa_port: int | None
    secret: str | None
    told: str | None
    told_pool: str | None
    wanted: str
    wanted_pool: str
    state: str
    account_id: int | None

    def identification(self) -> list[tuple[str, str]]:
        """By what the NAS finds it (RFC 5176 §3). A device's name there is spelled in a way that only the NAS knows."""
        told = [("Acct-Session-Id", self.acct_session_id)]
        if self.kind in {"pppoe", "hotspot"}:
            told.append(("User-Name", self.username))
        if self.framed_address:
            told.append(("Framed-IP-Address", self.framed_address))
        return told


def open_sessions_of(subscription_id: int) -> list[OpenSession]:
    return _open("standing.subscription_id = %s", subscription_id)


def open_session(session_id: int) -> OpenSession | None:
    """None when it is over, or of a name that nobody has."""
    return next(iter(_open("session.radacctid = %s", session_id)), None)


def open_sessions_of_nothing_left() -> list[OpenSession]:
    """Those of access sold ahead of which nothing is left, or that is blocked. One query."""
    with connection.cursor() as cursor:
        cursor.execute(NOTHING_LEFT)
        return [OpenSession(*row) for row in cursor.fetchall()]


def _open(which: str, value: int) -> list[OpenSession]:
    with connection.cursor() as cursor:
        cursor.execute(OPEN.format(which=which), [value])
        return [OpenSession(*row) for row in cursor.fetchall()]


def changeable_attributes(*, profile: str, nas: str) -> list[tuple[str, str]]:
    """What a running session of that NAS is told of a profile."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGEABLE, [profile, list(UNCHANGEABLE), nas])
        return list(cursor.fetchall())
