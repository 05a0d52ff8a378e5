"""What FreeRADIUS would answer somebody now, from the very views it reads, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from broadbill.network.domain.errors import AccessUnknown, NasUnknown

WHY = {
    "active": "the subscription is in service",
    "throttled": "its allowance is used up",
    "restricted": "service is suspended or restricted, and its profile has a walled garden",
    "suspended": "service is suspended, and its profile has no walled garden",
    "out_of_service": "the subscription is not in service today",
    "without_profile": "its plan has no access profile; see: broadbill access profile",
}

STANDING = """
SELECT standing.username, standing.kind, standing.state, standing.subscription_id, standing.account_id, account.number,
       subscription.code, coalesce(profile.code, ''), coalesce(host(standing.address), ''), standing.ipv6_prefix
FROM network_standing AS standing
JOIN accounts_account AS account ON account.id = standing.account_id
JOIN contracts_subscription AS subscription ON subscription.id = standing.subscription_id
LEFT JOIN network_profile AS profile ON profile.id = standing.profile_id
"""
REPLY = """
SELECT reply.attribute, reply.op, reply.value FROM (
    SELECT 0 AS part, id, attribute, op, value FROM radreply WHERE username = %(username)s
    UNION ALL
    SELECT 1, item.id, item.attribute, item.op, item.value
    FROM radusergroup AS member JOIN radgroupreply AS item ON item.groupname = member.groupname
    WHERE member.username = %(username)s
      AND item.vendor IN ('', (SELECT type FROM nas WHERE shortname = %(nas)s))
) AS reply ORDER BY reply.part, reply.id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who a credential belongs to and whether it gets in; `profile` is empty when it does not."""

    username: str
    kind: str
    state: str
    subscription_id: int
    account_id: int
    account: str
    subscription: str
    profile: str
    address: str
    ipv6_prefix: str

    @property
    def is_let_in(self) -> bool:
        return self.profile != ""

    @property
    def why(self) -> str:
        return WHY[self.state]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an answer."""

    name: str
    op: str
    value: str


def standing_of(username: str) -> Standing:
    """Raises: AccessUnknown."""
    found = _standings("WHERE standing.username = %s", [username])
    if not found:
        raise AccessUnknown(username=username)
    return found[0]


def standings_of_subscriptions(subscription_ids: Sequence[int]) -> list[Standing]:
    return _standings("WHERE standing.subscription_id = ANY(%s)", [list(subscription_ids)])


def standings_of_account(account_id: int) -> list[Standing]:
    return _standings("WHERE standing.account_id = %s", [account_id])


def attributes_for(*, username: str, nas: str) -> list[Attribute]:
    """What an accepted sign-in is told by that NAS's vendor, in order. Raises: NasUnknown."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM nas WHERE shortname = %s", [nas])
        if nas and cursor.fetchone() is None:
            raise NasUnknown(name=nas)
        cursor.execute(REPLY, {"username": username, "nas": nas})
        return [Attribute(*row) for row in cursor.fetchall()]


def _standings(where: str, parameters: Sequence[Any]) -> list[Standing]:
    with connection.cursor() as cursor:
        cursor.execute(f"{STANDING} {where} ORDER BY standing.access_id", parameters)
        return [Standing(*row) for row in cursor.fetchall()]
