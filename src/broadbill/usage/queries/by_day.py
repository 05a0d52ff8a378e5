"""What an account used on each day, for charts and lists."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import Min, Sum

from broadbill.usage.models import DailyRollUp

# A meter of a subscription.
MeterOf = tuple[int, str]


def usage_by_day(*, account_id: int, starts: date, ends: date) -> dict[MeterOf, dict[date, Decimal]]:
    """The quantities of the days `[starts, ends)` on which anything was used, by meter. One query."""
    found: dict[MeterOf, dict[date, Decimal]] = defaultdict(dict)
    rows = DailyRollUp.objects.filter(account_id=account_id, used_on__gte=starts, used_on__lt=ends)
    sums = rows.values("subscription_id", "meter", "used_on").annotate(total=Sum("quantity"))
    for row in sums.order_by("subscription_id", "meter", "used_on"):
        found[row["subscription_id"], row["meter"]][row["used_on"]] = row["total"]
    return dict(found)


def metered_since(account_id: int) -> dict[MeterOf, date]:
    """The first day on which each meter counted anything. One query."""
    rows = DailyRollUp.objects.filter(account_id=account_id)
    firsts = rows.values("subscription_id", "meter").annotate(first=Min("used_on"))
    return {(row["subscription_id"], row["meter"]): row["first"] for row in firsts}
