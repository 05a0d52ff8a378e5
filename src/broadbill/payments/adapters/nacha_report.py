"""Returns and notifications of change as our bank hands them out: a NACHA file of entries with addenda 99 or 98.

Source: the layouts of `nacha.py`; Nacha Operating Rules, Appendix Four (returns) and Five (notifications of change,
batches of class COR).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from broadbill.payments.adapters.nacha import (
    BATCH_CONTROL,
    BATCH_HEADER,
    CHANGE,
    ENTRY,
    FILE_CONTROL,
    FILE_HEADER,
    FILLER,
    HASH_DIGITS,
    RETURN,
    WIDTH,
    fields,
)
from broadbill.payments.domain.debit_errors import ReportRefused
from broadbill.payments.domain.debit_reports import Changed, Report, Returned

Fields = dict[str, str]
# From this second digit of a transaction code on an entry is a debit: 26 and 36 give one back.
FIRST_DEBIT = "5"
HALF_A_YEAR = timedelta(days=183)


def read_nacha_report(content: bytes, file: str, company: str) -> Report:
    """What the file says of our company's debits, once its counts, sums and hashes hold. Raises: ReportRefused."""
    reader = _Reader(file, company)
    try:
        records = _records(content, file)
        return reader.read(records)
    except ValueError as error:
        raise ReportRefused(
            file=file, reason=f"holds a number or date that cannot be read ({error})"
        ) from error


def looks_like_nacha(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf\r\n").startswith(b"101")


def _records(content: bytes, file: str) -> list[str]:
    if not content.isascii():
        raise ReportRefused(file=file, reason="is not in ASCII, so it is no NACHA file")
    text = content.decode("ascii")
    records = text.splitlines()
    if len(records) == 1:
        records = [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
    # Blanks at the end of a line are often lost on the way; nothing but blanks can be lost so.
    records = [record.ljust(WIDTH) for record in records if record.strip()]
    if not records or any(len(record) != WIDTH for record in records):
        raise ReportRefused(file=file, reason="has records that are not of 94 characters")
    if not records[0].startswith("101"):
        raise ReportRefused(file=file, reason="does not begin with the header of a NACHA file")
    return records


class _Reader:
    """One pass over the records, with what was counted so far."""

    def __init__(self, file: str, company: str) -> None:
        self.file, self.company = file, company
        self.report = Report()
        self.batches = self.entries = self.hash = self.debits = self.credits = 0

    def read(self, records: list[str]) -> Report:
        header = fields(FILE_HEADER, records[0])
        made_on = _day(header["date"])
        last = next((at for at, record in enumerate(records) if record[0] == "9"), None)
        if last is None:
            raise self._refused("is cut off: its last record is missing")
        if any(record != FILLER for record in records[last + 1 :]):
            raise self._refused("goes on behind its last record")
        body = iter(records[1:last])
        for record in body:
            if record[0] != "5":
                raise self._refused(f"has a record {record[:2]!r} where a batch should begin")
            self._batch(fields(BATCH_HEADER, record), body, made_on)
        self._check_file(fields(FILE_CONTROL, records[last]), last + 1)
        return self.report

    def _batch(self, header: Fields, body: Iterator[str], made_on: date) -> None:
        if header["company"].strip() != self.company:
            raise self._refused(
                f"is about company {header['company'].strip()!r}, and we are {self.company!r}"
            )
        on = _settled_on(header["settlement"], made_on)
        entries = banks = came_back = went_out = 0
        for record in body:
            if record[0] == "8":
                found = {
                    "entries": entries,
                    "hash": banks % 10**HASH_DIGITS,
                    "debits": came_back,
                    "credits": went_out,
                }
                self._check(f"batch {int(header['batch'])}", fields(BATCH_CONTROL, record), found)
                self.batches += 1
                self.entries, self.hash = self.entries + entries, self.hash + banks
                self.debits, self.credits = self.debits + came_back, self.credits + went_out
                return
            entry = fields(ENTRY, record)
            addenda = next(body, "")
            if record[0] != "6" or addenda[:3] not in ("798", "799"):
                raise self._refused("holds an entry that is neither a return nor a notification of change")
            self._take(entry, addenda, on)
            entries, banks, cents = entries + 2, banks + int(entry["rdfi"]), int(entry["cents"])
            if entry["code"][1] >= FIRST_DEBIT:
                came_back += cents
            else:
                went_out += cents
        raise self._refused("is cut off: a batch does not end")

    def _take(self, entry: Fields, addenda: str, on: date) -> None:
        if addenda.startswith("799"):
            said = fields(RETURN, addenda)
            self.report.returned.append(
                Returned(said["original_trace"], said["reason"].strip(), int(entry["cents"]), on)
            )
            return
        said = fields(CHANGE, addenda)
        self.report.changed.append(
            Changed(
                said["original_trace"], said["reason"].strip(), said["corrected"], entry["account"].strip()
            )
        )

    def _check_file(self, control: Fields, records: int) -> None:
        found = {"batches": self.batches, "blocks": -(-records // 10), "entries": self.entries,
                 "hash": self.hash % 10**HASH_DIGITS, "debits": self.debits, "credits": self.credits}  # fmt: skip
        self._check("the file", control, found)

    def _check(self, what: str, control: Fields, found: dict[str, int]) -> None:
        for name, number in found.items():
            if int(control[name]) != number:
                raise self._refused(
                    f"does not add up: {what} holds {name} {number}, it says {int(control[name])}"
                )

    def _refused(self, reason: str) -> ReportRefused:
        return ReportRefused(file=self.file, reason=reason)


def _day(yymmdd: str) -> date:
    return date(2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))


def _settled_on(day_of_year: str, made_on: date) -> date:
    """The operator writes the settlement day as the number of the day in the year; without it, the file's own day."""
    if not day_of_year.strip("0 "):
        return made_on
    day = date(made_on.year, 1, 1) + timedelta(days=int(day_of_year) - 1)
    if day - made_on > HALF_A_YEAR:
        return date(made_on.year - 1, 1, 1) + timedelta(days=int(day_of_year) - 1)
    if made_on - day > HALF_A_YEAR:
        return date(made_on.year + 1, 1, 1) + timedelta(days=int(day_of_year) - 1)
    return day
