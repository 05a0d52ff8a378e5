"""An account's subscriptions as they stand on a day."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from broadbill.catalog.queries.plans import plans_content
from broadbill.catalog.queries.price_list import model_in_force
from broadbill.core.money import Currency
from broadbill.core.rating.registry import figure_key

# The term that holds on the day; else the one to come; else the last there was.
SUBSCRIPTIONS = """
SELECT subscription.id, subscription.code, subscription.extras, plan.code, plan.name, plan.currency, term.quantity,
       term.prices, term.state, lower(term.holds), upper(term.holds), first_day.starts_on, contract.number,
       contract.starts_on, contract.term_months, account.number, first_day.came_on,
       concat_ws(', ', nullif(place.street, ''), nullif(trim(concat(place.postcode, ' ', place.city)), ''))
FROM contracts_subscription AS subscription
JOIN accounts_account AS account ON account.id = subscription.account_id
LEFT JOIN contracts_contract AS contract ON contract.id = subscription.contract_id
LEFT JOIN accounts_location AS place ON place.id = subscription.location_id
JOIN LATERAL (
    SELECT * FROM contracts_subscriptionterm AS term
    WHERE term.subscription_id = subscription.id AND term.superseded_at IS NULL
    ORDER BY term.holds @> %(as_of)s::date DESC, lower(term.holds) > %(as_of)s::date DESC, lower(term.holds) DESC
    LIMIT 1
) AS term ON true
JOIN LATERAL (
    SELECT min(lower(holds)) AS starts_on,
           -- the day on which it came to the plan: when the last other plan before it ended
           coalesce(max(upper(holds)) FILTER (WHERE plan_id <> term.plan_id AND upper(holds) <= lower(term.holds)),
                    min(lower(holds))) AS came_on
    FROM contracts_subscriptionterm
    WHERE subscription_id = subscription.id AND superseded_at IS NULL
) AS first_day ON true
JOIN catalog_plan AS plan ON plan.id = term.plan_id
WHERE (%(account)s::bigint IS NULL OR subscription.account_id = %(account)s)
  AND (%(subscription)s::bigint IS NULL OR subscription.id = %(subscription)s)
ORDER BY subscription.id
"""


@dataclass(frozen=True, slots=True)
class ChargeRead:
    """One charge of the plan at the price in force. `model` is a pricing model of the scenario contract;
    `period` is day, week, month, quarter, year or empty."""

    code: str
    type: str
    period: str
    model: Mapping[str, Any]
    is_agreed: bool

    @property
    def flat_amount(self) -> Decimal | None:
        """The price where it is one figure: a flat amount, or an amount for each unit."""
        key = figure_key(self.model)
        return None if key is None else Decimal(self.model[key])


@dataclass(frozen=True, slots=True)
class SubscriptionRead:
    """`state` is active, suspended, to_come or ended on the day asked; `ends_on` is the day after the last.
    `place` is where it is delivered, empty where nobody said."""

    id: int
    code: str
    account: str
    plan: str
    plan_name: str
    currency: Currency
    quantity: Decimal
    state: str
    state_since: date
    started_on: date
    ends_on: date | None
    extras: tuple[str, ...]
    contract: str | None
    contract_from: date | None
    term_months: int | None
    charges: tuple[ChargeRead, ...]
    place: str = ""


def subscriptions_of(*, account_id: int, as_of: date) -> tuple[SubscriptionRead, ...]:
    """All of an account's subscriptions, oldest first. Four queries, however many there are."""
    return _read(account_id, None, as_of)


def subscription_by_id(*, subscription_id: int, as_of: date) -> SubscriptionRead | None:
    """One subscription, or None. Four queries."""
    found = _read(None, subscription_id, as_of)
    return found[0] if found else None


def _read(account_id: int | None, subscription_id: int | None, as_of: date) -> tuple[SubscriptionRead, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            SUBSCRIPTIONS, {"account": account_id, "subscription": subscription_id, "as_of": as_of}
        )
        rows = cursor.fetchall()
    plans = plans_content({row[3] for row in rows})
    return tuple(_subscription(row, plans[row[3]]["charges"], as_of) for row in rows)


def _subscription(
    row: tuple[Any, ...], charges: Sequence[Mapping[str, Any]], as_of: date
) -> SubscriptionRead:
    # Django's connection hands JSON over as text where no field of a model reads it.
    agreed: Mapping[str, Any] = json.loads(row[7])
    return SubscriptionRead(
        id=row[0],
        code=row[1],
        account=row[15],
        plan=row[3],
        plan_name=row[4],
        currency=Currency.of(row[5]),
        quantity=row[6],
        state=_state(row[8], row[9], row[10], as_of),
        state_since=row[9],
        started_on=row[11],
        ends_on=row[10],
        extras=tuple(row[2]),
        contract=row[12],
        contract_from=row[13],
        term_months=row[14],
        charges=tuple(_charge(charge, agreed, as_of, row[16]) for charge in charges),
        place=row[17],
    )


def _charge(charge: Mapping[str, Any], agreed: Mapping[str, Any], as_of: date, came_on: date) -> ChargeRead:
    code, period = charge["code"], charge.get("period")
    return ChargeRead(
        code=code,
        type=charge["type"],
        period=period if isinstance(period, str) else "",
        model=agreed.get(code) or model_in_force(charge, as_of, came_on=came_on),
        is_agreed=code in agreed,
    )


def _state(stored: str, starts: date, ends: date | None, as_of: date) -> str:
    if starts > as_of:
        return "to_come"
    if ends is not None and ends <= as_of:
        return "ended"
    return stored
