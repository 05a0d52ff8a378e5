"""Files of direct debits, and mandates, as people look at them. Bank accounts show their last four digits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, Q, Subquery

from broadbill.core.money import Currency, Money
from broadbill.payments.domain.debit_errors import DebitsRefused
from broadbill.payments.domain.schemes import ACH
from broadbill.payments.models import DebitFile, DebitReport, Mandate


@dataclass(frozen=True, slots=True)
class FileRead:
    message_id: str
    due_on: date
    instrument: str
    debits: int
    total: Money
    collected: int
    returned: int
    waiting: int
    # What the bank said of the file itself, last: accepted, partly, rejected or pending; empty while it said nothing.
    status: str


@dataclass(frozen=True, slots=True)
class ReportRead:
    """`left` are reference, code and why of each that a person has to look at."""

    file: str
    taken_at: datetime
    returned: int
    corrected: int
    left: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class MandateRead:
    reference: str
    instrument: str
    signed_on: date
    account_ends: str
    holder: str
    cancelled_because: str
    in_force: bool


def debit_files() -> tuple[FileRead, ...]:
    """Newest first. One query; the files themselves are not read."""
    rows = (
        DebitFile.objects.defer("content")
        .annotate(
            collected=Count("debits", filter=Q(debits__state="collected")),
            returned=Count("debits", filter=Q(debits__state="returned")),
            waiting=Count("debits", filter=Q(debits__state="asked")),
            status=Subquery(
                DebitReport.objects.filter(about=OuterRef("pk")).order_by("-id").values("status")[:1]
            ),
        )
        .order_by("-id")
    )
    return tuple(
        FileRead(
            message_id=row.message_id,
            due_on=row.due_on,
            instrument=row.instrument,
            debits=row.debits_count,
            total=Money(row.total, Currency.of(row.currency)),
            collected=row.collected,
            returned=row.returned,
            waiting=row.waiting,
            status=row.status or "",
        )
        for row in rows
    )


def file_name(message_id: str, instrument: str) -> str:
    return f"{message_id}.{'ach' if instrument == ACH.name else 'xml'}"


def debit_file_content(message_id: str) -> tuple[str, bytes]:
    """The file's name and the file as the bank got it. Raises: DebitsRefused."""
    row = DebitFile.objects.filter(message_id=message_id).first()
    if row is None:
        raise DebitsRefused(reason=f"there is no file {message_id}; list them with `broadbill debit list`")
    return file_name(row.message_id, row.instrument), bytes(row.content)


def debit_reports(limit: int = 20) -> tuple[ReportRead, ...]:
    """The latest reports of the bank, newest first. One query."""
    return tuple(
        ReportRead(
            file=row.file,
            taken_at=row.taken_at,
            returned=row.returned,
            corrected=row.corrected,
            left=tuple((each["reference"], each["code"], each["why"]) for each in row.left),
        )
        for row in DebitReport.objects.order_by("-id")[:limit]
    )


def mandates_of(account_id: int) -> tuple[MandateRead, ...]:
    """Newest first. One query."""
    return tuple(
        MandateRead(
            reference=row.reference,
            instrument=row.instrument,
            signed_on=row.signed_on,
            account_ends=row.bank_account[-4:],
            holder=row.holder,
            cancelled_because=row.cancelled_because,
            in_force=row.cancelled_at is None,
        )
        for row in Mandate.objects.filter(account=account_id).order_by("-id")
    )
