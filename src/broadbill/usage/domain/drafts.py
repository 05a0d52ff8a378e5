"""What a row of a file says before it is known whose it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo


class Row(NamedTuple):
    """A row by the names of its columns, empty cells left out. `block` counts the headers before it, from 0."""

    line: int
    told: Mapping[str, Any]
    block: int = 0


class Claim(NamedTuple):
    """Whose a record is, by a name that somebody has from one instant to another; the same where it is but one."""

    by: str
    name: tuple[str, ...]
    starts: datetime
    ends: datetime


class Owner(NamedTuple):
    account_id: int
    subscription_id: int


# Finds the owners of claims. What is left out has none, or not only one.
Resolve = Callable[[Collection[Claim]], dict[Claim, Owner]]


class Draft(NamedTuple):
    """A record of the scenario contract without its subscription."""

    line: int
    claim: Claim
    told: dict[str, Any]


class Reading(NamedTuple):
    """What a counter showed at an instant. `amount` is in the file's units, `per` of them are one of the meter's.

    `active_seconds` is how long it had counted by then, None where that is not told.
    """

    line: int
    claim: Claim
    meter: str
    key: str
    at: datetime
    active_seconds: int | None
    amount: Decimal
    per: Decimal


def shares_of_days(
    starts: datetime, ends: datetime, amount: Decimal, zone: ZoneInfo
) -> Iterator[tuple[datetime, Decimal]]:
    """Share an amount out over local days by time: when each share begins, and how much it is. Nothing is lost.

    Rounding: down to whole units, what is left to the last day.
    """
    whole = ends - starts
    begins, given = starts, Decimal(0)
    while (midnight := _midnight_after(begins, zone)) < ends:
        # Timedeltas divide to a ratio of whole microseconds.
        part, of = (midnight - starts) // timedelta(microseconds=1), whole // timedelta(microseconds=1)
        until = Decimal(int(amount) * part // of)
        if until != given:
            yield begins, until - given
        begins, given = midnight, until
    if amount != given:
        yield begins, amount - given


def _midnight_after(moment: datetime, zone: ZoneInfo) -> datetime:
    next_day = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(next_day, time(), zone).astimezone(UTC)
