"""Closing a month: its revenue is earned to the last day, its books are checked, then nothing is posted in it."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice

from django.db import connection, transaction

from broadbill.core.period import Period
from broadbill.kernel.operations.events import record_event
from broadbill.ledger.domain.errors import BooksDoNotBalance, MonthAlreadyClosed, MonthNotOver
from broadbill.ledger.models import Closing
from broadbill.ledger.operations.recognition import recognise
from broadbill.ledger.queries.closing import closed_through
from broadbill.ledger.queries.verify import verify_journal

MOST_TOLD = 3


def close_month(*, month: Period, today: date, now: datetime, actor: str) -> None:
    """Close the books through the month's last day.

    Whoever is posting is waited for; whoever comes later finds the month closed. Closing the same month again
    changes nothing. Raises: MonthNotOver, MonthAlreadyClosed, BooksDoNotBalance.
    """
    last_day = month.last_day
    if today < month.ends:
        raise MonthNotOver(month=f"{month.starts:%Y-%m}", from_day=month.ends.isoformat())
    closed = closed_through()
    if closed == last_day:
        return
    if closed is not None and closed > last_day:
        raise MonthAlreadyClosed(closed_through=closed.isoformat())
    recognise(through=last_day, now=now)
    # Before the journal is locked: it may be long, and what is posted meanwhile the database checks itself.
    if wrong := [str(deviation) for deviation in islice(verify_journal(), MOST_TOLD)]:
        raise BooksDoNotBalance(deviations="; ".join(wrong))
    with transaction.atomic():
        _wait_for_postings()
        Closing.objects.create(closed_through=last_day, closed_by=actor, closed_at=now)
        record_event(
            actor=actor,
            verb="books.closed",
            object_type="month",
            object_id=f"{month.starts:%Y-%m}",
            occurred_at=now,
            data={"closed_through": last_day.isoformat()},
        )


def _wait_for_postings() -> None:
    """No entry is under way, and none begins before the closing is there to be seen."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE ledger_journalentry IN SHARE MODE")
