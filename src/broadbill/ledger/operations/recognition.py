"""Turning deferred revenue into revenue, day by day (IFRS 15 §35: satisfied over time, straight line)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection, transaction

from broadbill.core.money import Currency, Money
from broadbill.core.posting import Entry, Posting
from broadbill.kernel.locks import session_lock
from broadbill.ledger.domain.chart import DEFERRED_REVENUE, REVENUE
from broadbill.ledger.models import JournalEntry
from broadbill.ledger.operations.journal import post_entry
from broadbill.ledger.queries.closing import open_day

# What each posting to deferred revenue has earned by the end of a day: all of it after its last day, else
# the share of its days that have passed, rounded half up on the running total so that nothing is lost.
EARNED = """
SELECT entry.currency, sum(
    CASE
        WHEN posting.earns_to <= %(until)s THEN -posting.amount
        ELSE sign(-posting.amount) * floor(
            (2 * abs(posting.amount::numeric) * (%(until)s::date - posting.earns_from)
             + (posting.earns_to - posting.earns_from)) / (2 * (posting.earns_to - posting.earns_from))
        )
    END
)::bigint
FROM ledger_posting AS posting JOIN ledger_journalentry AS entry ON entry.id = posting.entry_id
WHERE posting.ledger_account_id = %(deferred)s AND posting.earns_from < %(until)s AND entry.posted_on < %(until)s
GROUP BY entry.currency
"""

RECOGNISED = """
SELECT entry.currency, sum(posting.amount)::bigint
FROM ledger_posting AS posting JOIN ledger_journalentry AS entry ON entry.id = posting.entry_id
WHERE posting.ledger_account_id = %(deferred)s AND entry.kind = 'recognition'
GROUP BY entry.currency
"""


def recognise(*, through: date, now: datetime) -> int:
    """Post one entry a day and currency up to and including `through`; return how many.

    What is posted is always "earned by now, minus recognised so far": running it twice posts nothing, and a
    correction of a past period is recognised on the next open day that runs.
    """
    posted = 0
    with session_lock("ledger.recognition"):
        day = open_day(_first_day_to_recognise(through))
        while day <= through:
            posted += _recognise_day(day=day, now=now)
            day += timedelta(days=1)
    return posted


def _first_day_to_recognise(through: date) -> date:
    last = (
        JournalEntry.objects.filter(kind="recognition")
        .order_by("-posted_on")
        .values_list("posted_on", flat=True)
    )
    if last_day := last.first():
        return last_day
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(earns_from) FROM ledger_posting WHERE earns_from IS NOT NULL")
        first: date | None = cursor.fetchone()[0]
    return max(first, _first_posted_on()) if first else through


def _first_posted_on() -> date:
    return JournalEntry.objects.order_by("posted_on").values_list("posted_on", flat=True)[0]


@transaction.atomic
def _recognise_day(*, day: date, now: datetime) -> int:
    until = day + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(EARNED, {"until": until, "deferred": DEFERRED_REVENUE})
        earned: dict[str, int] = dict(cursor.fetchall())
        cursor.execute(RECOGNISED, {"deferred": DEFERRED_REVENUE})
        recognised: dict[str, int] = dict(cursor.fetchall())
    posted = 0
    for code, amount in sorted(earned.items()):
        currency = Currency.of(code)
        rest = Money(amount - recognised.get(code, 0), currency)
        if rest:
            entry = Entry((Posting(DEFERRED_REVENUE, rest), Posting(REVENUE, -rest)))
            post_entry(entry=entry, kind="recognition", posted_on=day, now=now)
            posted += 1
    return posted
