"""Debts that are overdue, with everything that decides about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import connection

from broadbill.collections.domain.deciding import Debt
from broadbill.collections.domain.policy import USUAL, Policy, Progress, parse_policy
from broadbill.collections.models import DunningPolicy
from broadbill.core.money import Currency, Money
from broadbill.payments.queries.disputed import DISPUTED_ITEMS
from broadbill.payments.queries.in_flight import in_flight_of

USUAL_POLICY = "usual"

# Who is late first, from what is open; the rest is looked up for them alone.
OVERDUE = f"""
SELECT late.account_id, profile.currency, least(late.amount, owed.balance)::bigint, late.since,
       coalesce(nullif(standing.policy, ''), of_kind.policy, %(usual)s),
       coalesce(standing.exempt_until >= %(on)s, false), standing.held_until,
       CASE WHEN late.since <= episode.since THEN episode.done ELSE 0 END,
       CASE WHEN late.since <= episode.since THEN episode.last_on END,
       (SELECT min(promise.due_on) FROM collections_promise AS promise
        WHERE promise.account_id = late.account_id AND promise.state = 'open'),
       late.disputed IS NOT NULL, count(*) OVER ()
FROM (
    SELECT item.account_id, sum(item.open - coalesce(disputed.amount, 0)) AS amount,
           coalesce(min(item.due_on) FILTER (WHERE item.open > coalesce(disputed.amount, 0)), min(item.due_on))
             AS since,
           sum(disputed.amount) AS disputed
    FROM payments_openitem AS item
    LEFT JOIN ({DISPUTED_ITEMS}) AS disputed ON disputed.item_id = item.id
    WHERE item.open <> 0 AND item.open > 0 AND item.due_on < %(on)s
      AND (%(accounts)s::bigint[] IS NULL OR item.account_id = ANY(%(accounts)s))
    GROUP BY item.account_id
) AS late
CROSS JOIN LATERAL (
    SELECT sum(open) AS balance FROM payments_openitem WHERE account_id = late.account_id AND open <> 0
) AS owed
JOIN accounts_account AS account ON account.id = late.account_id
JOIN accounts_profile AS profile ON profile.id = account.profile_id
LEFT JOIN collections_standing AS standing ON standing.account_id = late.account_id
LEFT JOIN collections_kindpolicy AS of_kind ON of_kind.kind = account.kind
LEFT JOIN collections_episode AS episode ON episode.account_id = late.account_id AND episode.state = 'open'
WHERE owed.balance > 0
"""
BY_ACCOUNT = "ORDER BY late.account_id"
# Largest first.
A_PAGE = "ORDER BY least(late.amount, owed.balance) DESC, late.account_id LIMIT %(most)s OFFSET %(after)s"


def overdue_debts(*, on: date, account_ids: Sequence[int] | None = None) -> list[tuple[Debt, str]]:
    """Every overdue debt, or those of some accounts, each with the code of its policy. Two queries.

    `since` is the day on which the oldest debt that is open now fell due: once the debt that was chased is paid, a
    younger one is chased from the first step. What the customer disputes is not in `overdue`; the debt is listed
    all the same, so that a dispute that is refused goes on where it was.
    """
    accounts = None if account_ids is None else list(account_ids)
    return _read(BY_ACCOUNT, {"on": on, "accounts": accounts})[0]


def largest_debts(*, on: date, after: int, most: int) -> tuple[list[tuple[Debt, str]], int]:
    """A page of the overdue debts, largest first, from the place `after` on, and how many there are. Two queries.

    Past the last page there is nothing, and the number is 0.
    """
    return _read(A_PAGE, {"on": on, "accounts": None, "after": after, "most": most})


def _read(order: str, parameters: dict[str, Any]) -> tuple[list[tuple[Debt, str]], int]:
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE + order, {**parameters, "usual": USUAL_POLICY})
        rows = cursor.fetchall()
    found = [(_debt(row), row[4]) for row in rows]
    flying = in_flight_of([debt.account_id for debt, _ in found])
    debts = [(_with(debt, flying.get(debt.account_id, 0)), policy) for debt, policy in found]
    return debts, rows[0][-1] if rows else 0


def _debt(row: tuple[Any, ...]) -> Debt:
    account_id, code, overdue, since, _, exempt, held_until, done, last_on, promised, disputed, _ = row
    currency = Currency.of(code)
    return Debt(
        account_id=account_id,
        overdue=Money(overdue, currency),
        since=since,
        in_flight=currency.zero,
        progress=Progress(done or 0, last_on),
        exempt=exempt,
        held_until=held_until,
        promised_until=promised,
        is_disputed=disputed,
    )


def _with(debt: Debt, minor: int) -> Debt:
    return replace(debt, in_flight=Money(minor, debt.overdue.currency)) if minor else debt


def policies_in_force() -> dict[str, Policy]:
    """Every policy by its code; `usual` is there whether anybody said so or not. One query."""
    rows = DunningPolicy.objects.order_by("code", "-id").distinct("code").values_list("code", "detail")
    return {USUAL_POLICY: parse_policy(USUAL)} | {code: parse_policy(detail) for code, detail in rows}
