"""What a customer used: by meter and period, day by day, with what is left of the allowance. For portal and office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from babel import Locale

from broadbill.billing.queries.allowances import AllowanceRead, allowances_of
from broadbill.contracts.queries.subscriptions import SubscriptionRead, subscriptions_of
from broadbill.core.period import Period
from broadbill.design.charts import Column, Mark
from broadbill.design.formats import day_full, quantity_text
from broadbill.network.queries.by_subscription import AtTheEdge, at_the_edge
from broadbill.usage.queries.by_day import metered_since, usage_by_day

DATA = "data_gb"
OCTETS_PER_GB = 10**9
PERIODS_BACK = 24
LABEL_EVERY_DAYS = 7


@dataclass(frozen=True, slots=True)
class MeterShown:
    """One meter of a service in one period. `granted` and `left` are None where nothing is limited."""

    service: SubscriptionRead
    name: str
    unit: str
    period: Period
    is_now: bool
    columns: tuple[Column, ...]
    days: tuple[tuple[date, str], ...]
    total: str
    granted: Decimal | None
    carried: Decimal | None
    used: Decimal
    left: Decimal | None
    is_shared: bool
    slow: AtTheEdge | None

    @property
    def percent(self) -> int:
        """Of the allowance, never more than all of it."""
        return min(100, int(self.used * 100 / self.granted)) if self.granted else 0


@dataclass(frozen=True, slots=True)
class UsageShown:
    """`back` is how many periods ago; the page before it is there while any meter has counted so long."""

    meters: tuple[MeterShown, ...]
    back: int
    has_earlier: bool


def usage_of(*, account_id: int, today: date, back: int, locale: Locale, data_name: str) -> UsageShown:
    """The current period of each meter, or so many before it. `data_name` is what readers call data.

    A fixed number of queries.
    """
    services = {one.id: one for one in subscriptions_of(account_id=account_id, as_of=today)}
    since = metered_since(account_id)
    edge = at_the_edge(account_id)
    granted = _by_meter(allowances_of(account_id=account_id, as_of=today))
    places = sorted({*since, *granted, *((each, DATA) for each, at in edge.items() if at.allowance_octets)})
    chosen = {
        place: periods[back]
        for place in places
        if place[0] in services
        and len(periods := _periods(granted.get(place, ()), since.get(place), today)) > back
    }
    if not chosen:
        return UsageShown((), back, has_earlier=False)
    by_day = usage_by_day(
        account_id=account_id,
        starts=min(period.starts for period in chosen.values()),
        ends=max(period.ends for period in chosen.values()),
    )
    meters = tuple(
        _shown(
            services[place[0]],
            place[1],
            period,
            by_day.get(place, {}),
            next((one for one in granted.get(place, ()) if one.period == period), None),
            edge.get(place[0]),
            today=today,
            locale=locale,
            data_name=data_name,
        )
        for place, period in chosen.items()
    )
    has_earlier = any(
        len(_periods(granted.get(place, ()), since.get(place), today)) > back + 1 for place in chosen
    )
    return UsageShown(meters, back, has_earlier)


def _by_meter(read: Sequence[AllowanceRead]) -> dict[tuple[int, str], list[AllowanceRead]]:
    found: dict[tuple[int, str], list[AllowanceRead]] = {}
    for one in read:
        found.setdefault((one.subscription_id, one.meter), []).append(one)
    return found


def _periods(granted: Sequence[AllowanceRead], since: date | None, today: date) -> list[Period]:
    """Latest first: those in which the allowance holds, or else months by the calendar."""
    if granted:
        return [one.period for one in reversed(granted)][: PERIODS_BACK + 1]
    return list(_months(since or today, today))


def _months(since: date, today: date) -> Iterator[Period]:
    starts = today.replace(day=1)
    for _back in range(PERIODS_BACK + 1):
        yield Period(starts, (starts + timedelta(days=31)).replace(day=1))
        if starts <= since:
            return
        starts = (starts - timedelta(days=1)).replace(day=1)


def _shown(
    service: SubscriptionRead,
    meter: str,
    period: Period,
    used: Mapping[date, Decimal],
    allowance: AllowanceRead | None,
    edge: AtTheEdge | None,
    *,
    today: date,
    locale: Locale,
    data_name: str,
) -> MeterShown:
    unit = "GB" if meter == DATA else ""
    days = [period.starts + timedelta(days=count) for count in range((period.ends - period.starts).days)]
    amounts = {day: amount for day, amount in used.items() if period.starts <= day < period.ends}
    total = sum(amounts.values(), Decimal(0))
    granted, left, spent = None, None, total
    if allowance is not None:
        granted, left, spent = allowance.granted, allowance.left, allowance.used
    elif meter == DATA and edge is not None and edge.allowance_octets:
        granted = Decimal(edge.allowance_octets) / OCTETS_PER_GB
        left = max(granted - total, Decimal(0))
    is_now = period.starts <= today < period.ends
    return MeterShown(
        service=service,
        name=data_name if meter == DATA else meter.replace("_", " "),
        unit=unit,
        period=period,
        is_now=is_now,
        columns=tuple(
            Column(
                label=str(day.day) if number % LABEL_EVERY_DAYS == 0 else "",
                long_label=day_full(day, locale),
                marks=(
                    Mark(
                        amounts.get(day, Decimal(0)),
                        quantity_text(amounts.get(day, Decimal(0)), unit, locale),
                    ),
                ),
                partial=day == today,
            )
            for number, day in enumerate(days)
        ),
        days=tuple((day, quantity_text(amount, unit, locale)) for day, amount in sorted(amounts.items())),
        total=quantity_text(total, unit, locale),
        granted=granted,
        carried=allowance.carried if allowance is not None and allowance.carried else None,
        used=spent,
        left=left,
        is_shared=bool(allowance and allowance.pool),
        slow=edge if is_now and edge is not None and edge.state == "throttled" else None,
    )
