"""Files of ACH debits, and the layout of their records, by which returns are read too.

Source: Nacha Operating Rules, Appendix Three (ACH Record Format Specifications) and Appendices Four and Five for the
addenda of returns and notifications of change; field by field as in the Nacha ACH File Details guide. Records have 94
characters, ten of them make a block, the last block is filled with nines. Why no library: decision 0045.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

WIDTH = 94
BLOCK = 10
FILLER = "9" * WIDTH
DEBITS_ONLY = "225"
HASH_DIGITS = 10
MOST_CENTS = 9_999_999_999
# Transaction codes of debits.
CODES = {"checking": "27", "savings": "37"}
# Each record's fields with their widths; those in NUMBERS are filled with zeros from the left, all others with blanks.
FILE_HEADER = (
    ("type", 1), ("priority", 2), ("destination", 10), ("origin", 10), ("date", 6), ("time", 4), ("modifier", 1),
    ("record_size", 3), ("blocking", 2), ("format", 1), ("destination_name", 23), ("origin_name", 23),
    ("reference", 8),
)  # fmt: skip
BATCH_HEADER = (
    ("type", 1), ("service", 3), ("company_name", 16), ("discretionary", 20), ("company", 10), ("sec", 3),
    ("description", 10), ("descriptive_date", 6), ("effective", 6), ("settlement", 3), ("status", 1), ("odfi", 8),
    ("batch", 7),
)  # fmt: skip
ENTRY = (
    ("type", 1), ("code", 2), ("rdfi", 8), ("check_digit", 1), ("account", 17), ("cents", 10), ("individual", 15),
    ("name", 22), ("discretionary", 2), ("addenda", 1), ("trace", 15),
)  # fmt: skip
RETURN = (
    ("type", 1), ("addenda_type", 2), ("reason", 3), ("original_trace", 15), ("died_on", 6), ("original_rdfi", 8),
    ("information", 44), ("trace", 15),
)  # fmt: skip
CHANGE = (
    ("type", 1), ("addenda_type", 2), ("reason", 3), ("original_trace", 15), ("reserved", 6), ("original_rdfi", 8),
    ("corrected", 29), ("reserved_too", 15), ("trace", 15),
)  # fmt: skip
BATCH_CONTROL = (
    ("type", 1), ("service", 3), ("entries", 6), ("hash", 10), ("debits", 12), ("credits", 12), ("company", 10),
    ("authentication", 19), ("reserved", 6), ("odfi", 8), ("batch", 7),
)  # fmt: skip
FILE_CONTROL = (
    ("type", 1), ("batches", 6), ("blocks", 6), ("entries", 8), ("hash", 10), ("debits", 12), ("credits", 12),
    ("reserved", 39),
)  # fmt: skip
NUMBERS = frozenset({"cents", "batch", "batches", "blocks", "entries", "hash", "debits", "credits"})

Layout = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Originator:
    """Who collects: `routing` and `bank_name` of our bank, `origin` by which it knows us, `company` of our batches."""

    name: str
    routing: str
    bank_name: str
    origin: str
    company: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One debit. `kind` is checking or savings, `individual` our number of the payer."""

    trace: str
    routing: str
    account: str
    kind: str
    cents: int
    individual: str
    name: str
    discretionary: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """The debits of one class. `description` is what payers read on their statements, e.g. INTERNET."""

    sec: str
    description: str
    entries: Sequence[Entry]


def write_nacha(
    *,
    originator: Originator,
    due_on: date,
    made_at: datetime,
    modifier: str,
    reference: str,
    batches: Sequence[Batch],
) -> bytes:
    """A file of debits; `modifier` tells the files of a day apart.

    Raises: ValueError for what fits no field (a caller's bug).
    """
    records = [
        _record(
            FILE_HEADER, type="1", priority="01", destination=originator.routing.rjust(10),
            origin=originator.origin.rjust(10), date=made_at.strftime("%y%m%d"), time=made_at.strftime("%H%M"),
            modifier=modifier, record_size="094", blocking="10", format="1",
            destination_name=cut(originator.bank_name, 23), origin_name=cut(originator.name, 23), reference=reference,
        )
    ]  # fmt: skip
    for number, batch in enumerate(batches, start=1):
        records += _batch(batch, number, originator, due_on)
    entries = [entry for batch in batches for entry in batch.entries]
    blocks = -(-(len(records) + 1) // BLOCK)
    records.append(
        _record(
            FILE_CONTROL, type="9", batches=len(batches), blocks=blocks, entries=len(entries),
            hash=entry_hash(entry.routing[:8] for entry in entries),
            debits=sum(entry.cents for entry in entries), credits=0,
        )
    )  # fmt: skip
    records += [FILLER] * (blocks * BLOCK - len(records))
    return "".join(f"{record}\n" for record in records).encode("ascii")


def _batch(batch: Batch, number: int, originator: Originator, due_on: date) -> Iterator[str]:
    odfi = originator.routing[:8]
    yield _record(
        BATCH_HEADER, type="5", service=DEBITS_ONLY, company_name=cut(originator.name, 16), company=originator.company,
        sec=batch.sec, description=cut(batch.description, 10), effective=due_on.strftime("%y%m%d"), status="1",
        odfi=odfi, batch=number,
    )  # fmt: skip
    for entry in batch.entries:
        yield _record(
            ENTRY, type="6", code=CODES[entry.kind], rdfi=entry.routing[:8], check_digit=entry.routing[8:],
            account=entry.account, cents=entry.cents, individual=entry.individual[:15], name=cut(entry.name, 22),
            discretionary=entry.discretionary, addenda="0", trace=entry.trace,
        )  # fmt: skip
    yield _record(
        BATCH_CONTROL, type="8", service=DEBITS_ONLY, entries=len(batch.entries),
        hash=entry_hash(entry.routing[:8] for entry in batch.entries),
        debits=sum(entry.cents for entry in batch.entries), credits=0, company=originator.company, odfi=odfi,
        batch=number,
    )  # fmt: skip


def entry_hash(banks: Iterator[str]) -> int:
    """The sum of the receiving banks' eight digits; of more than ten digits, the last ten."""
    return int(sum(int(bank) for bank in banks) % 10**HASH_DIGITS)


def cut(text: str, width: int) -> str:
    """The text in ASCII letters, no longer than the field."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(plain.split())[:width]


def fields(layout: Layout, record: str) -> dict[str, str]:
    """A record's fields as they stand, blanks and all."""
    found, start = {}, 0
    for name, width in layout:
        found[name] = record[start : start + width]
        start += width
    return found


def _record(layout: Layout, **values: str | int) -> str:
    record = "".join(_field(name, width, values.pop(name, "")) for name, width in layout)
    if values or len(record) != WIDTH:
        raise ValueError(f"a record of {len(record)} characters, with {values} left over")
    return record


def _field(name: str, width: int, value: str | int) -> str:
    text = str(value).rjust(width, "0") if name in NUMBERS else str(value).ljust(width)
    if len(text) != width:
        raise ValueError(f"{value!r} does not fit the {width} characters of {name}")
    return text
