"""Whose a name of the network was: what signs in, and what addresses it had. For taking in files of usage."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping

from django.db import connection

from broadbill.network.domain.naming import MAC, canonical_mac
from broadbill.usage.domain.drafts import Claim, Owner, Resolve

OF_ACCESSES = """
SELECT access.username, subscription.account_id, subscription.id
FROM network_access AS access JOIN contracts_subscription AS subscription ON subscription.id = access.subscription_id
WHERE access.username = ANY(%s)
"""
# As access servers reported it, else as it was assigned: only where it was one subscription's all the time.
OF_ADDRESSES = """
WITH asked AS (
    SELECT * FROM unnest(%(places)s::int[], %(addresses)s::inet[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        AS asked(place, address, starts, ends)
), held AS (
    SELECT asked.place, 1 AS rank, access.subscription_id
    FROM asked JOIN radacct AS session ON session.framedipaddress = asked.address
    LEFT JOIN network_access AS access ON access.username = session.username
    WHERE session.acctstarttime <= asked.ends AND (session.acctstoptime IS NULL OR session.acctstoptime > asked.starts)
    UNION ALL
    SELECT asked.place, 1, access.subscription_id
    FROM asked JOIN radacct AS session ON family(asked.address) = 6 AND (
        session.framedipv6address = asked.address
        OR CASE WHEN session.framedipv6prefix ~ '^[0-9a-fA-F:.]+/[0-9]+$'
                THEN session.framedipv6prefix::inet >>= asked.address END
        OR CASE WHEN session.delegatedipv6prefix ~ '^[0-9a-fA-F:.]+/[0-9]+$'
                THEN session.delegatedipv6prefix::inet >>= asked.address END)
    LEFT JOIN network_access AS access ON access.username = session.username
    WHERE session.acctstarttime <= asked.ends AND (session.acctstoptime IS NULL OR session.acctstoptime > asked.starts)
    UNION ALL
    SELECT asked.place, 2, access.subscription_id
    FROM asked JOIN network_assignment AS assignment
      ON assignment.network >>= asked.address
     AND tstzrange(assignment.starts_at, assignment.ends_at) && tstzrange(asked.starts, asked.ends, '[]')
    JOIN network_access AS access ON access.id = assignment.access_id
), only_one AS (
    SELECT held.place, min(held.subscription_id) AS subscription_id
    FROM held JOIN (SELECT place, min(rank) AS rank FROM held GROUP BY place) AS best USING (place, rank)
    GROUP BY held.place
    HAVING count(DISTINCT held.subscription_id) = 1 AND bool_and(held.subscription_id IS NOT NULL)
)
SELECT only_one.place, subscription.account_id, subscription.id
FROM only_one JOIN contracts_subscription AS subscription ON subscription.id = only_one.subscription_id
"""


def owners_of_accesses(claims: Collection[Claim]) -> dict[Claim, Owner]:
    """By what signs in: a name, a circuit, a MAC in whichever spelling. One query."""
    spelled = {claim: _spelled(claim.name[0]) for claim in claims}
    with connection.cursor() as cursor:
        cursor.execute(OF_ACCESSES, [list(set(spelled.values()))])
        owners = {name: Owner(account, subscription) for name, account, subscription in cursor.fetchall()}
    return {claim: owners[name] for claim, name in spelled.items() if name in owners}


def owners_of_addresses(claims: Collection[Claim]) -> dict[Claim, Owner]:
    """By an address from one instant to another; nobody's where it changed hands in between. One query."""
    asked = [claim for claim in claims if _is_address(claim.name[0])]
    with connection.cursor() as cursor:
        cursor.execute(
            OF_ADDRESSES,
            {
                "places": list(range(len(asked))),
                "addresses": [claim.name[0] for claim in asked],
                "starts": [claim.starts for claim in asked],
                "ends": [claim.ends for claim in asked],
            },
        )
        return {
            asked[place]: Owner(account, subscription) for place, account, subscription in cursor.fetchall()
        }


# How usage finds owners by names of the network.
OWNERS: Mapping[str, Resolve] = {"access": owners_of_accesses, "address": owners_of_addresses}


def _spelled(name: str) -> str:
    return canonical_mac(name) if MAC.fullmatch(name.strip()) else name.strip()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
