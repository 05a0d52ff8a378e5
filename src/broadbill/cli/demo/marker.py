"""Whose records a Broadbill holds: nobody's, the demo's, or somebody's, which the demo never touches.

The first event of a demo says so, and each filled month leaves an event in the transaction that filled it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from broadbill.core.errors import DomainError

BEGUN = "demo.begun"
MONTH_FILLED = "demo.month_filled"
FILLED = "demo.filled"

FIRST_EVENT = "SELECT verb, data->>'today', data->>'accounts', data->>'months' FROM event ORDER BY id LIMIT 1"
MARKS = """
SELECT count(*) FILTER (WHERE verb = %s), max((data->>'run')::bigint), count(*) FILTER (WHERE verb = %s)
FROM event WHERE object_type = 'demo'
"""
RECORDS = "SELECT EXISTS (SELECT FROM accounts_account) OR EXISTS (SELECT FROM catalog_plan)"


@dataclass(kw_only=True, eq=False)
class HoldsOtherRecords(DomainError):
    """The demo was asked for where somebody works."""

    code = "cli.demo_holds_other_records"
    message = (
        "{place} holds records that are not the demo's; the demo fills an empty Broadbill only."
        " Give it a home of its own: set BROADBILL_HOME to a new folder and run broadbill demo again."
    )
    place: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the demo is filled, counted from the day it was begun on; `last_run` is 0 before the first."""

    today: date
    accounts: int
    months: int
    months_filled: int
    last_run: int
    is_filled: bool


def progress_of_demo(place: str) -> Progress | None:
    """None in an empty Broadbill. Raises: HoldsOtherRecords."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_EVENT)
        first = cursor.fetchone()
        if first is None:
            cursor.execute(RECORDS)
            if cursor.fetchone()[0]:
                raise HoldsOtherRecords(place=place)
            return None
        verb, today, accounts, months = first
        if verb != BEGUN:
            raise HoldsOtherRecords(place=place)
        cursor.execute(MARKS, [MONTH_FILLED, FILLED])
        months_filled, last_run, filled = cursor.fetchone()
    return Progress(
        date.fromisoformat(today), int(accounts), int(months), months_filled, last_run or 0, bool(filled)
    )
