"""Through which day the books are closed."""

from __future__ import annotations

from datetime import date, timedelta

from broadbill.ledger.domain.errors import BooksAreClosed
from broadbill.ledger.models import Closing


def closed_through() -> date | None:
    """The last day on which nothing is posted any more; None while nothing is closed. One query."""
    return Closing.objects.order_by("-closed_through").values_list("closed_through", flat=True).first()


def open_day(day: date) -> date:
    """The day itself, or the first open one where the books of the day are closed. One query."""
    closed = closed_through()
    return day if closed is None or day > closed else closed + timedelta(days=1)


def check_open(day: date) -> None:
    """Raises: BooksAreClosed when a document of the day can no longer be booked. One query."""
    closed = closed_through()
    if closed is not None and day <= closed:
        raise BooksAreClosed(closed_through=closed.isoformat(), day=day.isoformat())
