"""Prepaid services and what is in the wallets behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from broadbill.core.money import Currency, Money
from broadbill.ledger.queries.balances import receivable_balances

SERVICES = """
SELECT account.id, account.number, subscription.code, plan.code, plan.currency, term.state, lower(term.holds),
       state.next_due_on
FROM catalog_plan AS plan
JOIN contracts_subscriptionterm AS term ON term.plan_id = plan.id AND term.superseded_at IS NULL
JOIN contracts_subscription AS subscription ON subscription.id = term.subscription_id
JOIN accounts_account AS account ON account.id = subscription.account_id
LEFT JOIN billing_accountstate AS state ON state.account_id = account.id
WHERE plan.prepaid AND term.holds @> %s::date
ORDER BY account.number, subscription.id
"""


@dataclass(frozen=True, slots=True)
class WalletRow:
    """`credit` is the account's, a decimal text, negative when it owes; `state` is active or suspended since a day."""

    account: str
    subscription: str
    plan: str
    state: str
    since: date
    credit: str
    currency: str
    next_due_on: date | None


def wallets(*, on: date) -> list[WalletRow]:
    """Every service on a prepaid plan on the day, by account. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(SERVICES, [on])
        rows = cursor.fetchall()
    balances = receivable_balances(sorted({row[0] for row in rows}))
    return [
        WalletRow(
            account=number,
            subscription=code,
            plan=plan,
            state=state,
            since=since,
            credit=str(Money(-balances.get(account_id, 0), Currency.of(currency))),
            currency=currency,
            next_due_on=next_due_on,
        )
        for account_id, number, code, plan, currency, state, since, next_due_on in rows
    ]
