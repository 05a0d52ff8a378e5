"""Usage as the rating core reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db import connection

from broadbill.core.rating import UsageRecord
from broadbill.core.rating.usage_record import parse_usage

RECORDS = """
SELECT account_id, number, subscription_id, meter, at, quantity, duration_seconds, destination, inward, outward,
       value, source_id, recorded_at
FROM usage_usagerecord WHERE account_id = ANY(%s) ORDER BY account_id, number
"""
KEYS = ("meter", "at", "quantity", "duration_seconds", "to", "in", "out", "value", "id")


def read_usage(timezones: Mapping[int, str]) -> dict[int, list[tuple[int, UsageRecord]]]:
    """Each account's records with their numbers, in the order in which they became known.

    `timezones` names the accounts and the zone that decides on which day a record falls. One query.
    """
    usage: dict[int, list[tuple[int, UsageRecord]]] = defaultdict(list)
    if not timezones:
        return usage
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, [list(timezones)])
        for account_id, number, subscription_id, meter, at, *rest, recorded_at in cursor:
            told = dict(zip(KEYS, (meter, at.isoformat(), *rest), strict=True))
            raw = {key: value for key, value in told.items() if value is not None}
            raw["subscription"] = str(subscription_id)
            raw["recorded"] = recorded_at.isoformat()
            # A meter that corrects itself may count backwards; what may not was refused when it came in.
            raw["allow_negative"] = True
            usage[account_id].append((number, parse_usage(number, raw, timezone=timezones[account_id])))
    return usage
