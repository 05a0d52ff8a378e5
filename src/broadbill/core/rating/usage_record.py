"""A usage record: what a meter of a subscription counted at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from broadbill.core.rating.errors import refuse
from broadbill.core.rating.reading import (
    Fields,
    as_decimal,
    as_flag,
    as_instant,
    as_local_day,
    as_not_negative,
    as_text,
    as_whole,
)

Number: TypeAlias = Decimal | Fraction
# Wide enough for the sum of any numbers that may be read, and proof that it was.
EXACT: Final = Context(prec=200, traps=[Inexact])
VALUES = ("quantity", "duration_seconds", "in", "out", "value")


class UsageRecord(NamedTuple):
    """One record; a run makes them by the hundred thousand.

    `key` is its id, or its place in the list; `day` the local date of `at`.

    `continues` marks a later part of a record that was cut at the edge of a time band.

    Units: `quantity` in the meter's unit; `duration` in seconds; `inward` and `outward` in Mbps or octets.
    """

    key: int | str
    subscription: str
    meter: str
    at: datetime
    day: date
    recorded: date
    quantity: Number | None
    duration: Number | None = None
    to: str | None = None
    inward: Decimal | None = None
    outward: Decimal | None = None
    value: Number | None = None
    continues: bool = False
    timezone: str = "UTC"

    @property
    def amount(self) -> Fraction:
        """The quantity, or the seconds of a record that has only a duration."""
        found = self.quantity if self.quantity is not None else self.duration
        return Fraction(found) if found is not None else Fraction(0)

    @property
    def seconds(self) -> int | Fraction:
        """The duration, or the quantity of a meter of seconds: a whole number wherever it is one."""
        found = self.duration if self.duration is not None else self.quantity
        if found is None:
            return 0
        whole = int(found)
        return whole if whole == found else Fraction(found)


def sums_by_sign(records: Sequence[UsageRecord]) -> list[Fraction]:
    """What was used, and what corrections took back: exact sums of whole records (none cut at a band).

    An allowance covers as much of these two as of all the records in turn.
    """
    used = taken_back = Decimal(0)
    for record in records:
        amount = record.quantity if record.quantity is not None else record.duration
        if amount is None:
            continue
        assert isinstance(amount, Decimal)
        if amount > 0:
            used = EXACT.add(used, amount)
        else:
            taken_back = EXACT.add(taken_back, amount)
    return [Fraction(used), Fraction(taken_back)]


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def parse_usage(index: int, raw: object, *, timezone: str = "UTC", path: str | None = None) -> UsageRecord:
    """A record read from its JSON. Raises: ScenarioError."""
    fields = Fields(raw, f"usage[{index}]" if path is None else path)
    zone = _zone(timezone)
    at = fields.need("at", as_instant)
    day = at.astimezone(zone).date()
    if not any(name in fields for name in VALUES):
        refuse(fields.at("quantity"), "is required")
    number = as_decimal if fields.take("allow_negative", as_flag, False) else as_not_negative
    record = UsageRecord(
        key=fields.take("id", _read_id, index),
        subscription=fields.need("subscription", as_text),
        meter=fields.need("meter", as_text),
        at=at,
        day=day,
        recorded=fields.take("recorded", lambda r, p: as_local_day(r, p, zone), day),
        quantity=fields.maybe("quantity", number),
        duration=fields.maybe("duration_seconds", as_not_negative),
        to=fields.maybe("to", as_text),
        inward=fields.maybe("in", as_not_negative),
        outward=fields.maybe("out", as_not_negative),
        value=fields.maybe("value", number),
        timezone=timezone,
    )
    fields.done()
    return record


def _read_id(raw: object, path: str) -> int | str:
    return as_text(raw, path) if isinstance(raw, str) else as_whole(raw, path, most=10**18)
