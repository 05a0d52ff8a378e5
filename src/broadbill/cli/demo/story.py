"""Everything that happens to Lakeside Fibre, day by day, up to yesterday. Payments answer the bills: see paying.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from broadbill.cli.demo.calendar import Calendar
from broadbill.cli.demo.customers import customers
from broadbill.cli.demo.happenings import Customer, Happening, PriceSet
from broadbill.cli.demo.lives import life_of


@dataclass(frozen=True, slots=True)
class Story:
    """`happenings` by the day on which they are recorded; `customers` by account number."""

    calendar: Calendar
    customers: dict[str, Customer]
    happenings: dict[date, list[Happening]]


def tell_story(calendar: Calendar, accounts: int) -> Story:
    """The same story for the same day and number of accounts, however often it is told."""
    told = {customer.number: customer for customer in customers(calendar, accounts)}
    by_day: dict[date, list[Happening]] = defaultdict(list)
    for price in _prices(calendar):
        by_day[price.recorded_on].append(price)
    for customer in told.values():
        for happening in life_of(customer, calendar):
            if happening.recorded_on < calendar.today:
                by_day[happening.recorded_on].append(happening)
    return Story(calendar, told, by_day)


def _prices(calendar: Calendar) -> Iterator[PriceSet]:
    """A price typed wrong and mended after a month's bills had gone out, and a price that rose."""
    if calendar.months < 3:
        return
    starts_on = calendar.first_of(calendar.months // 2)
    for amount, recorded_on in (
        ("19.90", starts_on - timedelta(days=10)),
        ("10.90", starts_on + timedelta(days=4)),
    ):
        yield PriceSet(
            recorded_on=recorded_on, by="owner", plan="tv", charge="tv", amount=amount, starts_on=starts_on
        )
    rises_on = calendar.first_of(calendar.months * 2 // 3)
    recorded_on = rises_on - timedelta(days=16)
    yield PriceSet(
        recorded_on=recorded_on,
        by="owner",
        plan="fibre-100",
        charge="access",
        amount="36.90",
        starts_on=rises_on,
    )
