"""The list of customers with what each owes, a page at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import connection

from broadbill.core.money import Currency, Money

PAGE_SIZE = 50
COUNTED_TO = 10_000

OPEN_OVERDUE = """EXISTS (SELECT 1 FROM payments_openitem AS item WHERE item.account_id = account.id
    AND item.open > 0 AND item.due_on < %(as_of)s)"""
# Few accounts have money left over; only theirs is added up.
IN_CREDIT = """account.id IN (SELECT account_id FROM payments_openitem WHERE open < 0)
    AND (SELECT sum(open) FROM payments_openitem WHERE account_id = account.id AND open <> 0) < 0"""
SUSPENDED = """EXISTS (SELECT 1 FROM contracts_subscription AS subscription
    JOIN contracts_subscriptionterm AS term ON term.subscription_id = subscription.id
    WHERE subscription.account_id = account.id AND term.superseded_at IS NULL AND term.state = 'suspended'
    AND term.holds @> %(as_of)s::date)"""

# Each part of the union has its own trigram index; one OR over three tables would have none. A page that counts needs
# all that match; the palette wants a few, and words that half of all accounts have must not make it slow.
MATCHES = """account.id IN (
    (SELECT id FROM accounts_account WHERE upper(name) LIKE %(words)s OR upper(number) LIKE %(words)s {few})
    UNION (SELECT account_id FROM accounts_contact WHERE upper(email) LIKE %(words)s
        OR (%(digits)s <> '' AND translate(phone, ' +-()./', '') LIKE %(digits)s) {few})
    UNION (SELECT owner.id FROM accounts_profile AS own JOIN accounts_account AS owner ON owner.profile_id = own.id
        WHERE upper(own.street) LIKE %(words)s OR upper(own.legal_name) LIKE %(words)s {few})
    UNION (SELECT id FROM accounts_account WHERE number IN (%(exact)s, upper(%(exact)s))))"""
FEW = "LIMIT 200"
EXACT = "account.number IN (%(exact)s, upper(%(exact)s))"

# One or two characters have no trigram: they are looked for where names and numbers begin, row by row.
BEGINS = "(upper(account.name) LIKE %(begin)s OR upper(account.number) LIKE %(begin)s)"
SHORT = 2

PAGE = """
WITH page AS MATERIALIZED (
    SELECT account.id FROM accounts_account AS account
    WHERE (%(after)s::bigint IS NULL OR account.id < %(after)s) AND {condition}
    ORDER BY {order} LIMIT %(limit)s
)
SELECT account.id, account.number, account.name, account.status, profile.currency, profile.street, profile.city,
       coalesce(owing.balance, 0)::bigint, owing.oldest_due, service.plans, service.suspended
FROM page JOIN accounts_account AS account USING (id)
JOIN accounts_profile AS profile ON profile.id = account.profile_id
LEFT JOIN LATERAL (
    SELECT sum(open) AS balance, min(due_on) FILTER (WHERE open > 0) AS oldest_due
    FROM payments_openitem WHERE account_id = account.id AND open <> 0
) AS owing ON true
LEFT JOIN LATERAL (
    SELECT array_agg(plan.name ORDER BY subscription.id) AS plans, bool_or(term.state = 'suspended') AS suspended
    FROM contracts_subscription AS subscription
    JOIN contracts_subscriptionterm AS term ON term.subscription_id = subscription.id
    JOIN catalog_plan AS plan ON plan.id = term.plan_id
    WHERE subscription.account_id = account.id AND term.superseded_at IS NULL AND term.holds @> %(as_of)s::date
) AS service ON true
ORDER BY {order}
"""

COUNT = "SELECT count(*) FROM (SELECT 1 FROM accounts_account AS account WHERE {condition} LIMIT %(limit)s) AS counted"


class View(StrEnum):
    """The views a list of customers can be narrowed to."""

    ALL = "all"
    OVERDUE = "overdue"
    SUSPENDED = "suspended"
    IN_CREDIT = "in_credit"
    CLOSED = "closed"


CONDITIONS = {
    View.ALL: "true",
    View.OVERDUE: OPEN_OVERDUE,
    View.SUSPENDED: SUSPENDED,
    View.IN_CREDIT: IN_CREDIT,
    View.CLOSED: "account.status = 'closed'",
}


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """`balance` is owed when positive; `late_days` counts from the oldest due date, 0 when nothing is late."""

    id: int
    number: str
    name: str
    is_closed: bool
    is_suspended: bool
    place: str
    plans: tuple[str, ...]
    balance: Money
    late_days: int


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """`next_key` asks for the page after this one, None when there is none.

    `matching` is exact to COUNTED_TO, and 0 where it was not asked for.
    """

    rows: tuple[CustomerRow, ...]
    first: bool
    next_key: int | None
    matching: int

    @property
    def has_more_than_counted(self) -> bool:
        return self.matching > COUNTED_TO


def customer_page(
    *,
    as_of: date,
    asked: str = "",
    view: View = View.ALL,
    after: int | None = None,
    size: int = PAGE_SIZE,
    is_counted: bool = True,
    are_few: bool = False,
) -> CustomerPage:
    """Customers whose name, number, e-mail, telephone or street has the words, newest first.

    Two queries; uncounted one. With `are_few` an exact number comes first, and only some are found where very many
    match. One or two characters are looked for at the beginning of names and numbers alone.
    """
    condition = f"{CONDITIONS[view]} AND {_match(asked.strip(), are_few=are_few)}"
    order = (
        "account.id DESC"
        if not are_few or len(asked.strip()) <= SHORT
        else f"({EXACT}) DESC, account.id DESC"
    )
    asks: dict[str, Any] = {"as_of": as_of, "after": after, "limit": size + 1, **_words(asked)}
    matching = 0
    with connection.cursor() as cursor:
        cursor.execute(PAGE.format(condition=condition, order=order), asks)
        rows = [_row(row, as_of) for row in cursor.fetchall()]
        if is_counted:
            cursor.execute(COUNT.format(condition=condition), {**asks, "limit": COUNTED_TO + 1})
            matching = cursor.fetchone()[0]
    shown = rows[:size]
    return CustomerPage(
        rows=tuple(shown),
        first=after is None,
        next_key=shown[-1].id if len(rows) > size else None,
        matching=matching,
    )


def all_customers(*, as_of: date, asked: str = "", view: View = View.ALL) -> Iterator[CustomerRow]:
    """Every customer of a view that has the words, newest first: a query for each thousand."""
    after = None
    while True:
        page = customer_page(as_of=as_of, asked=asked, view=view, after=after, size=1000, is_counted=False)
        yield from page.rows
        after = page.next_key
        if after is None:
            return


def _match(asked: str, *, are_few: bool) -> str:
    if not asked:
        return "true"
    return BEGINS if len(asked) <= SHORT else MATCHES.format(few=FEW if are_few else "")


def _words(asked: str) -> dict[str, str]:
    """LIKE patterns: the text anywhere, and its digits as a part of a telephone number (three or more)."""
    escaped = re.sub(r"([\\%_])", r"\\\1", asked.strip().upper())
    digits = re.sub(r"[ +\-()./]", "", asked)
    is_phone = len(digits) >= 3 and digits.isdigit()
    return {
        "exact": asked.strip(),
        "words": f"%{escaped}%",
        "begin": f"{escaped}%",
        "digits": f"%{digits}%" if is_phone else "",
    }


def _row(row: tuple[Any, ...], as_of: date) -> CustomerRow:
    (account_id, number, name, status, currency, street, city, balance, oldest_due, plans, suspended) = row
    late = (as_of - oldest_due).days if oldest_due else 0
    return CustomerRow(
        id=account_id,
        number=number,
        name=name,
        is_closed=status == "closed",
        is_suspended=bool(suspended),
        place=", ".join(filter(None, [street, city])),
        plans=tuple(plans or ()),
        balance=Money(balance, Currency.of(currency)),
        late_days=max(late, 0),
    )
