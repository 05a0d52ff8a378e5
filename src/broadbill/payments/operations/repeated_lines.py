"""Finding bookings that came before in a file of the other kind, so that none counts twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from broadbill.payments.domain.bank import BankLine as Booking
from broadbill.payments.domain.repeated import DAYS_APART, Before, Repeated, repeated
from broadbill.payments.models import BankLine, BankStatement


def set_repeated_aside(
    *, lines: Mapping[bytes, Booking], statement: BankStatement, now: datetime, actor: str
) -> Repeated:
    """What of the lines came before in files of the other kind; those are marked. A few queries."""
    if not lines:
        return Repeated()
    found = repeated(lines, _before(lines, statement))
    BankLine.objects.filter(pk__in=found.known | found.parted).update(also_in=statement)
    BankLine.objects.filter(pk__in=found.parted).update(
        state=BankLine.State.PARTED, decided_by=actor, decided_at=now
    )
    return found


def _before(lines: Mapping[bytes, Booking], statement: BankStatement) -> list[Before]:
    """Lines of the days around that may be the same, or sums whose parts these are: what has an amount or the bank's
    name of a sum in common with one of these. However busy the account, no more is read than that.
    """
    days = [line.booked_on for line in lines.values()]
    amounts = {line.amount.minor for line in lines.values()}
    entries = {line.entry for line in lines.values() if line.entry}
    around = BankLine.objects.filter(
        Q(amount__any=amounts) | Q(entry__any=entries),
        statement__is_notification=not statement.is_notification,
        also_in=None,
        booked_on__gte=min(days) - DAYS_APART,
        booked_on__lte=max(days) + DAYS_APART,
    )
    return [
        Before(
            id=row.id,
            booked_on=row.booked_on,
            minor=row.amount,
            currency=row.currency,
            entry=row.entry,
            payer_iban=row.payer_iban,
            references=tuple(row.references.splitlines()),
            is_undecided=row.state == BankLine.State.QUEUED,
        )
        for row in around.order_by("id")
    ]
