"""Whose a name is that a file of usage says."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection

from broadbill.contracts.queries.find import subscriptions_named
from broadbill.usage.domain.drafts import Claim, Owner, Resolve

OF_LINES = """
SELECT asked.place, subscription.account_id, subscription.id
FROM unnest(%s::int[], %s::text[], %s::timestamptz[]) AS asked(place, name, at)
JOIN usage_line AS line ON line.name = asked.name AND tstzrange(line.starts_at, line.ends_at) @> asked.at
JOIN contracts_subscription AS subscription ON subscription.id = line.subscription_id
"""


def owners_of_lines(claims: Collection[Claim]) -> dict[Claim, Owner]:
    """By the names that switches know them by, at the beginning of each. One query."""
    asked = list(claims)
    with connection.cursor() as cursor:
        cursor.execute(
            OF_LINES,
            [list(range(len(asked))), [claim.name[0] for claim in asked], [claim.starts for claim in asked]],
        )
        return {
            asked[place]: Owner(account, subscription) for place, account, subscription in cursor.fetchall()
        }


def owners_by_code(claims: Collection[Claim]) -> dict[Claim, Owner]:
    """By account number and subscription code. One query."""
    named = subscriptions_named({(claim.name[0], claim.name[1]) for claim in claims})
    found = {claim: named.get((claim.name[0], claim.name[1])) for claim in claims}
    return {claim: Owner(*owner) for claim, owner in found.items() if owner is not None}


# The ways of naming somebody that usage knows by itself.
OWN: Mapping[str, Resolve] = {"line": owners_of_lines, "subscription": owners_by_code}
