"""Reading a row by its source's map."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import phonenumbers

from broadbill.core.rating import ScenarioError
from broadbill.core.rating.reading import as_not_negative
from broadbill.usage.domain.drafts import Claim, Draft, Reading, Row, shares_of_days
from broadbill.usage.domain.file_map import Column, Counted, FileMap, InstantColumn, PhoneNumbers

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RowInvalid(Exception):
    """Why a row cannot be read."""


class RowReader:
    """Makes drafts and readings of rows. `source` and `file` name records whose map names no id of their own."""

    def __init__(self, by: FileMap, *, source: str, file: str) -> None:
        self._map = by
        self._source = source
        self._file = file

    def read(self, row: Row) -> Iterator[Draft | Reading]:
        """Nothing where the map counts nothing in it. Raises: RowInvalid."""
        for place, counted in enumerate(self._map.records):
            if _lets_through(counted, row) and _is_ours(counted, row):
                yield from self._counted(place, counted, row)

    def _counted(self, place: int, counted: Counted, row: Row) -> Iterator[Draft | Reading]:
        ends = _instant(self._map.until, row) if self._map.until else None
        starts = _instant(self._map.at, row)
        if ends is not None and ends < starts:
            raise RowInvalid(f"{_first(self._map.until.column)}: is before {_first(self._map.at.column)}")  # type: ignore[union-attr]
        name = tuple(self._name(counted, column, row) for column in counted.name)
        claim = Claim(counted.by, name, starts, ends or starts)
        if self._map.counter:
            yield self._reading(counted, claim, row)
            return
        told = {key: self._value(key, column, row) for key, column in counted.values.items()}
        if "quantity" not in told:
            yield self._draft(place, counted, claim, told, row)
        else:
            yield from self._by_days(place, counted, claim, told, row)

    def _by_days(
        self, place: int, counted: Counted, claim: Claim, told: dict[str, Any], row: Row
    ) -> Iterator[Draft]:
        zone = self._map.at.zone
        for begins, share in shares_of_days(claim.starts, claim.ends, told["quantity"], zone):
            part = told | {"quantity": share / counted.per}
            yield self._draft(place, counted, claim, part, row, begins)

    def _draft(
        self,
        place: int,
        counted: Counted,
        claim: Claim,
        told: dict[str, Any],
        row: Row,
        at: datetime | None = None,
    ) -> Draft:
        at = at or claim.starts
        parts = [self._source, *(_text(column, row) or "" for column in self._map.id)]
        if not self._map.id:
            parts += [self._file, str(row.line)]
        if row.block:
            parts.append(f"block {row.block}")
        if len(self._map.records) > 1:
            parts.append(str(place))
        if at != claim.starts:
            parts.append(at.isoformat())
        meter = {"id": ":".join(parts), "meter": counted.meter, "at": at.isoformat()}
        return Draft(row.line, claim, meter | told)

    def _reading(self, counted: Counted, claim: Claim, row: Row) -> Reading:
        assert self._map.counter is not None
        key = [counted.meter, *(_text(column, row) or "" for column in self._map.counter.key)]
        active = self._map.counter.active and _text(self._map.counter.active, row)
        return Reading(
            row.line,
            claim,
            counted.meter,
            json.dumps(key),
            claim.ends,
            int(_number(self._map.counter.active, active)) if active and self._map.counter.active else None,
            self._value("quantity", counted.values["quantity"], row),
            counted.per,
        )

    def _name(self, counted: Counted, column: Column, row: Row) -> str:
        text = _need(column, row)
        return self._digits(text) if counted.by == "line" else text

    def _value(self, key: str, column: Column, row: Row) -> Any:
        text = _need(column, row)
        return self._digits(text) if key == "to" else _number(column, text)

    def _digits(self, text: str) -> str:
        return international(text, self._map.numbers) if self._map.numbers else text


@lru_cache(maxsize=65_536)
def international(text: str, numbers: PhoneNumbers) -> str:
    """A number as it is dialled from abroad, in digits alone (ITU-T E.164); what is no number stays as it is."""
    for prefix in numbers.strip:
        text = text.removeprefix(prefix)
    try:
        parsed = phonenumbers.parse(text, numbers.region)
    except phonenumbers.NumberParseException:
        return text
    # An emergency number is not the beginning of one abroad.
    is_short = phonenumbers.is_valid_short_number_for_region(parsed, numbers.region)
    if is_short or not phonenumbers.is_possible_number(parsed):
        return text
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def _lets_through(counted: Counted, row: Row) -> bool:
    if counted.block is not None and counted.block != row.block:
        return False
    if any(str(row.told.get(column, "")) in texts for column, texts in counted.unless.items()):
        return False
    return all(str(row.told.get(column, "")) in texts for column, texts in counted.when.items())


def _is_ours(counted: Counted, row: Row) -> bool:
    """Whether an address lies in the networks that are counted; all do where none is named. Raises: RowInvalid."""
    if counted.by != "address":
        return True
    try:
        address = ipaddress.ip_address(_need(counted.name[0], row))
    except ValueError as error:
        raise RowInvalid(f"{_first(counted.name[0])}: is no address") from error
    return not counted.networks or any(address in network for network in counted.networks)


def _instant(by: InstantColumn, row: Row) -> datetime:
    """As aware UTC. Of a local time that is twice, when clocks go back, the first is meant."""
    text = _need(by.column, row)
    try:
        if by.form in {"epoch", "epoch_ms"}:
            parts = Decimal(text) * (1_000_000 if by.form == "epoch" else 1_000)
            return EPOCH + timedelta(microseconds=int(parts))
        moment = _parsed(text, by.form)
    except (ValueError, ArithmeticError) as error:
        raise RowInvalid(f"{_first(by.column)}: {text!r} is no instant of the form {by.form}") from error
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    found = moment.replace(tzinfo=by.zone).astimezone(UTC)
    if found.astimezone(by.zone).replace(tzinfo=None) != moment:
        raise RowInvalid(f"{_first(by.column)}: there was no {text} in {by.zone.key}, clocks went forward")
    return found


def _parsed(text: str, form: str) -> datetime:
    return datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007


def _number(column: Column, text: str) -> Decimal:
    try:
        return as_not_negative(text, _first(column))
    except ScenarioError as error:
        raise RowInvalid(str(error)) from error


def _need(column: Column, row: Row) -> str:
    text = _text(column, row)
    if text is None:
        raise RowInvalid(f"{' or '.join(column)}: is missing")
    return text


def _text(column: Column, row: Row) -> str | None:
    return next((str(row.told[name]) for name in column if name in row.told), None)


def _first(column: Column) -> str:
    return column[0]
