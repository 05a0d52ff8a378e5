"""How a file of usage is written and what each of its rows means: the map of a source, kept as JSON.

`docs/reference/usage-map.md` describes every key.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

import phonenumbers

from broadbill.core.rating import ScenarioError
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.reading import Fields, as_choice, as_positive, as_text, as_whole
from broadbill.usage.domain.errors import UsageMapInvalid

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# One name of a column, or several of which a file has one: programs rename columns between versions.
Column = tuple[str, ...]
KINDS = ("csv", "json", "ipdr")
# Who a row is about is named by: a line's own name, account and subscription, what signs in, an address it has.
BY = ("line", "subscription", "access", "address")
INSTANTS = ("iso", "epoch", "epoch_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """`columns` name the cells of a file without a header, the last `optional` of which a row may lack.

    Where a header comes again, it begins the next block. What stands before the first header, or from a line on that
    begins with `ends_at`, is passed over.
    """

    kind: str = "csv"
    delimiter: str = ","
    encoding: str = "utf-8"
    columns: tuple[str, ...] = ()
    optional: int = 0
    header_starts: str = ""
    ends_at: str = ""


@dataclass(frozen=True, slots=True)
class InstantColumn:
    """`form` is iso, epoch, epoch_ms or a pattern of strptime; `zone` is of instants that tell none."""

    column: Column
    form: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumbers:
    """How numbers are written: the country they are dialled in, and what a switch puts before them."""

    region: str
    strip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A record that each row makes which has all that `when` says, and nothing of what `unless` says.

    `values` are the record's keys with their columns; `per` is how many of the file's units are one of the meter's.
    """

    by: str
    name: tuple[Column, ...]
    meter: str
    values: Mapping[str, Column]
    per: Decimal = Decimal(1)
    when: Mapping[str, frozenset[str]]
    unless: Mapping[str, frozenset[str]]
    block: int | None = None
    networks: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """The file's quantities count up. `key` tells counters apart; one whose `active` seconds fell began anew."""

    key: tuple[Column, ...]
    active: Column | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMap:
    """`id` are columns that together are the same in two rows only where these are of the same call."""

    shape: FileShape
    at: InstantColumn
    until: InstantColumn | None
    id: tuple[Column, ...]
    records: tuple[Counted, ...]
    numbers: PhoneNumbers | None
    counter: Counter | None


def parse_file_map(raw: object) -> FileMap:
    """Raises: UsageMapInvalid naming the key that is wrong."""
    try:
        return _map(raw)
    except ScenarioError as error:
        raise UsageMapInvalid(path=error.path, reason=error.reason) from error


def _map(raw: object) -> FileMap:
    fields = Fields(raw, "")
    fields.maybe("layout", as_text)
    zone = fields.take("timezone", _zone, ZoneInfo("UTC"))
    found = FileMap(
        shape=fields.take("file", _shape, FileShape()),
        at=fields.need("at", lambda raw, path: _instant(raw, path, zone)),
        until=fields.maybe("until", lambda raw, path: _instant(raw, path, zone)),
        id=fields.items("id", _column),
        records=fields.items("records", _counted),
        numbers=fields.maybe("numbers", _numbers),
        counter=fields.maybe("counter", _counter),
    )
    fields.done()
    if not found.records:
        refuse("records", "must say what a row counts")
    if found.counter and any(set(each.values) != {"quantity"} for each in found.records):
        refuse("records", "of a counter have a quantity and nothing else")
    return found


def _shape(raw: object, path: str) -> FileShape:
    fields = Fields(raw, path)
    shape = FileShape(
        kind=fields.choice("kind", KINDS),
        delimiter=fields.take("delimiter", as_text, ","),
        encoding=fields.take("encoding", _encoding, "utf-8"),
        columns=fields.items("columns", as_text),
        optional=fields.take("optional", as_whole, 0),
        header_starts=fields.take("header_starts", as_text, ""),
        ends_at=fields.take("ends_at", as_text, ""),
    )
    fields.done()
    if len(shape.delimiter) != 1:
        refuse(f"{path}.delimiter", "must be one character")
    return shape


def _encoding(raw: object, path: str) -> str:
    name = as_text(raw, path)
    try:
        "".encode(name)
    except LookupError:
        refuse(path, "is no known encoding")
    return name


def _column(raw: object, path: str) -> Column:
    names = raw if isinstance(raw, list) else [raw]
    if not names:
        refuse(path, "must name a column")
    return tuple(as_text(name, path) for name in names)


def _zone(raw: object, path: str) -> ZoneInfo:
    name = as_text(raw, path)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        refuse(path, 'must be a timezone such as "Europe/Vienna"')


def _instant(raw: object, path: str, zone: ZoneInfo) -> InstantColumn:
    fields = Fields(raw if isinstance(raw, Mapping) else {"column": raw}, path)
    found = InstantColumn(
        fields.need("column", _column),
        fields.take("form", as_text, "iso"),
        fields.take("timezone", _zone, zone),
    )
    fields.done()
    if found.form not in INSTANTS and "%" not in found.form:
        refuse(f"{path}.form", f"must be {', '.join(INSTANTS)} or a pattern such as %d.%m.%Y %H:%M:%S")
    return found


def _counted(raw: object, path: str) -> Counted:
    fields = Fields(raw, path)
    by = fields.need("by", lambda raw, path: as_choice(raw, path, BY))
    counted = Counted(
        by=by,
        name=fields.items("name", _column),
        meter=fields.need("meter", as_text),
        values=fields.need("values", _values),
        per=fields.take("per", _exact_divisor, Decimal(1)),
        when=fields.take("when", _conditions, {}),
        unless=fields.take("unless", _conditions, {}),
        block=fields.maybe("block", as_whole),
        networks=fields.items("networks", _network),
    )
    fields.done()
    if len(counted.name) != (2 if by == "subscription" else 1):
        refuse(f"{path}.name", "must be one column, or two for account and subscription")
    if counted.networks and by != "address":
        refuse(f"{path}.networks", "are of addresses")
    return counted


def _values(raw: object, path: str) -> Mapping[str, Column]:
    fields = Fields(raw, path)
    keys = ("quantity", "duration_seconds", "to", "in", "out", "value")
    found = {key: fields.maybe(key, _column) for key in keys}
    fields.done()
    return {key: column for key, column in found.items() if column is not None}


def _exact_divisor(raw: object, path: str) -> Decimal:
    """A whole number by which every decimal can be divided to its last digit: of twos and fives."""
    number = as_positive(raw, path)
    rest = int(number)
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    if number != int(number) or rest != 1:
        refuse(path, "must be a product of twos and fives, such as 1000000000 or 1073741824")
    return number


def _conditions(raw: object, path: str) -> Mapping[str, frozenset[str]]:
    if not isinstance(raw, Mapping):
        refuse(path, "must be an object of columns with the texts they may have")
    found = {}
    for column, texts in raw.items():
        listed = [texts] if isinstance(texts, str) else texts
        if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
            refuse(f"{path}.{column}", "must be a text or a list of texts")
        found[str(column)] = frozenset(listed)
    return found


def _network(raw: object, path: str) -> Network:
    try:
        return ipaddress.ip_network(as_text(raw, path))
    except ValueError:
        refuse(path, "must be a range of addresses such as 198.51.100.0/24")


def _numbers(raw: object, path: str) -> PhoneNumbers:
    fields = Fields(raw, path)
    numbers = PhoneNumbers(region=fields.need("region", as_text), strip=fields.items("strip", as_text))
    fields.done()
    if numbers.region not in phonenumbers.SUPPORTED_REGIONS:
        refuse(f"{path}.region", 'must be a country such as "AT"')
    return numbers


def _counter(raw: object, path: str) -> Counter:
    fields = Fields(raw, path)
    counter = Counter(key=fields.items("key", _column), active=fields.maybe("active", _column))
    fields.done()
    if not counter.key:
        refuse(f"{path}.key", "must say what tells counters apart")
    return counter
