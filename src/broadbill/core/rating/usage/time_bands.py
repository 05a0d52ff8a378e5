"""`time_bands`: peak and off-peak prices by local time, proof against the change of the clocks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from broadbill.core.rating.because import Step
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models.base import Keys, Reprice, in_words
from broadbill.core.rating.models.records import Batch, Cost
from broadbill.core.rating.reading import Fields, as_choice, as_flag
from broadbill.core.rating.usage.allowance import spend
from broadbill.core.rating.usage.terms import UsageTerms
from broadbill.core.rating.usage_record import UsageRecord

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
PRICE: Final = {"$ref": "#/$defs/usage_model"}
TIME: Final = {"$ref": "#/$defs/clock"}
BAND: Final = {
    "type": "object",
    "properties": {
        "days": {"type": "array", "items": {"enum": list(DAYS)}, "minItems": 1},
        "from": TIME,
        "to": TIME,
        "model": PRICE,
    },
    "required": ["model"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Band:
    """Days of the week and minutes of the local day; over midnight if `ends` is not after `starts`."""

    days: frozenset[int]
    starts: int
    ends: int
    terms: UsageTerms

    def holds(self, local: datetime) -> bool:
        minute = local.hour * 60 + local.minute
        if self.starts < self.ends:
            return local.weekday() in self.days and self.starts <= minute < self.ends
        if minute >= self.starts:
            return local.weekday() in self.days
        return minute < self.ends and (local.weekday() - 1) % 7 in self.days


@dataclass(frozen=True, slots=True)
class TimeBands:
    """A record is rated in the first band that holds the moment it starts in, else by `otherwise`.

    With `splits` a record that lasts is cut at the edges of the bands.
    """

    name: ClassVar[str] = "time_bands"
    needs: ClassVar[Keys] = {"otherwise": PRICE}
    takes: ClassVar[Keys] = {"bands": {"type": "array", "items": BAND}, "split": {"type": "boolean"}}
    takes_allowance: ClassVar[bool] = True

    bands: tuple[Band, ...]
    otherwise: UsageTerms
    splits: bool

    @staticmethod
    def read(fields: Fields, inner: Callable[[object, str], UsageTerms]) -> TimeBands:
        bands = fields.items("bands", lambda raw, path: _band(raw, path, inner))
        otherwise = fields.need("otherwise", inner)
        return TimeBands(bands, otherwise, fields.take("split", as_flag, False))

    def units(self, record: UsageRecord) -> Fraction:
        """Calls do not spend an allowance of the bands together (fine print 26)."""
        terms = self._all()[self._number(record.at, ZoneInfo(record.timezone))]
        return Fraction(0) if terms.records is not None else terms.units(record)

    def cost(self, batch: Batch) -> Cost:
        parts: list[tuple[list[UsageRecord], list[Fraction]]] = [([], []) for _ in self._all()]
        for record, free in zip(batch.records, batch.covered, strict=True):
            left = free
            for number, part in self._parts(record, ZoneInfo(record.timezone)):
                taken = min(left, self._all()[number].units(part)) if left else left
                left -= taken
                parts[number][0].append(part)
                parts[number][1].append(taken)
        total, quantity = Fraction(0), Fraction(0)
        steps: list[tuple[str, ...]] = []
        rejected: list[tuple[int | str, str]] = []
        for number, (terms, (records, covered)) in enumerate(zip(self._all(), parts, strict=True), start=1):
            used = terms.used(records, batch.window, Fraction(0), 1)
            shared = covered if terms.by_record else [sum(covered, Fraction(0))]
            rest = [units - paid for units, paid in zip(used, shared, strict=True)]
            own, _ = spend(rest, [Fraction(terms.included)])
            both = [a + b for a, b in zip(shared, own, strict=True)]
            cost = terms.cost(records, used, both, batch.window)
            total += cost.amount
            quantity += cost.quantity
            if records or cost.amount:
                steps += [self._words(number, len(records)), *cost.because]
            rejected.extend(item for item in cost.rejected if item not in rejected)
        return Cost(total, quantity, (*steps, ("sum", in_words(total))), tuple(rejected))

    def repriced(self, reprice: Reprice) -> TimeBands:
        bands = tuple(replace(band, terms=band.terms.repriced(reprice)) for band in self.bands)
        return TimeBands(bands, self.otherwise.repriced(reprice), self.splits)

    def _all(self) -> tuple[UsageTerms, ...]:
        return (*(band.terms for band in self.bands), self.otherwise)

    def _words(self, number: int, records: int) -> Step:
        """Which band, by its number from 1, and how many records lie in it."""
        if number > len(self.bands):
            return ("band_otherwise", str(records))
        band = self.bands[number - 1]
        days = " ".join(DAYS[day] for day in sorted(band.days))
        return ("band", str(number), days, _told(band.starts), _told(band.ends), str(records))

    def _number(self, moment: datetime, zone: ZoneInfo) -> int:
        local = moment.astimezone(zone)
        return next((i for i, band in enumerate(self.bands) if band.holds(local)), len(self.bands))

    def _parts(self, record: UsageRecord, zone: ZoneInfo) -> Iterator[tuple[int, UsageRecord]]:
        """The record, or its parts from edge to edge, each with the number of its band."""
        if not self.splits or not record.duration:
            yield self._number(record.at, zone), record
            return
        seconds = Fraction(record.duration)
        ends = record.at + timedelta(microseconds=int(seconds * 10**6))
        points = [record.at, *self._edges(record.at, ends, zone), ends]
        merged: list[tuple[int, datetime, datetime]] = []
        for a, b in itertools.pairwise(points):
            number = self._number(a, zone)
            if merged and merged[-1][0] == number:
                merged[-1] = (number, merged[-1][1], b)
            else:
                merged.append((number, a, b))
        if len(merged) == 1:
            yield merged[0][0], record
            return
        for number, a, b in merged:
            part = Fraction((b - a) // timedelta(microseconds=1), 10**6)
            share = part / seconds
            yield (
                number,
                record._replace(
                    at=a,
                    duration=part,
                    quantity=Fraction(record.quantity) * share if record.quantity is not None else None,
                    value=Fraction(record.value) * share if record.value is not None else None,
                    continues=a > record.at,
                ),
            )

    def _edges(self, starts: datetime, ends: datetime, zone: ZoneInfo) -> list[datetime]:
        """The instants between at which a band may begin or end, the changes of the clock among them."""
        minutes = sorted({m % 1440 for band in self.bands for m in (band.starts, band.ends)} | {0})
        found: set[datetime] = set()
        day = starts.astimezone(zone).date() - DAY
        last = ends.astimezone(zone).date()
        while day <= last:
            for minute in minutes:
                found.update(_instants(day, minute, zone))
            day += DAY
        return sorted(moment for moment in found if starts < moment < ends)


def _instants(day: date, minute: int, zone: ZoneInfo) -> set[datetime]:
    """The instants of a local time: two where it comes twice; where it is skipped, the change of the clock."""
    local = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
    one, other = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if one == other:
        return {one}
    low, high = min(one, other), max(one, other)
    found = {one, other}
    before = low.astimezone(zone).utcoffset()
    while high - low > SECOND:
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return {*found, high.replace(microsecond=0)}


def _band(raw: object, path: str, read_terms: Callable[[object, str], UsageTerms]) -> Band:
    fields = Fields(raw, path)
    days = (
        fields.items("days", lambda r, p: DAYS.index(as_choice(r, p, DAYS)))
        if "days" in fields
        else tuple(range(7))
    )
    if not days:
        refuse(fields.at("days"), "needs at least one day")
    band = Band(
        frozenset(days),
        fields.take("from", _clock, 0) % 1440,
        fields.take("to", _clock, 1440),
        fields.need("model", read_terms),
    )
    fields.done()
    return band


def _told(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _clock(raw: object, path: str) -> int:
    """Minutes since midnight, written HH:MM; 24:00 is the end of the day."""
    if not isinstance(raw, str) or not CLOCK.fullmatch(raw):
        refuse(path, 'must be a time such as "08:30"')
    return int(raw[:2]) * 60 + int(raw[3:])
