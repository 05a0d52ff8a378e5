"""Taking on a customer with their first service, as one act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from broadbill.accounts.domain.new_account import NewAccount
from broadbill.accounts.operations.locations import NewLocation, add_locations
from broadbill.accounts.operations.open_accounts import open_account
from broadbill.catalog.queries.plans import plan_coded
from broadbill.contracts.operations.subscribe import NewSubscription, subscribe


@dataclass(frozen=True, kw_only=True, slots=True)
class Sale:
    """A plan that is sold, by its code."""

    plan: str
    starts_on: date
    quantity: Decimal = Decimal(1)
    term_months: int | None = None


@transaction.atomic
def take_on(*, account: NewAccount, sale: Sale | None, now: datetime, actor: str) -> int:
    """Open an account, say where service is delivered, sell it a plan; all or nothing. Return the account's id.

    Raises: AccountDetailRefused, AccountNumberTaken, PlanUnknown, PlanRetired, CurrencyDiffers, FactRefused.
    """
    account_id = open_account(account=account, now=now, actor=actor)
    location_id = None
    if account.street:
        place = NewLocation(
            account_id=account_id, street=account.street, postcode=account.postcode, city=account.city,
            region=account.region, country=account.country,
        )  # fmt: skip
        [location_id] = add_locations(locations=[place], now=now, actor=actor)
    if sale is not None:
        sell(account_id=account_id, sale=sale, location_id=location_id, now=now, actor=actor)
    return account_id


def sell(*, account_id: int, sale: Sale, now: datetime, actor: str, location_id: int | None = None) -> int:
    """Sell a plan to an account and return the subscription's id.

    Raises: PlanUnknown, AccountClosed, PlanRetired, CurrencyDiffers, FactRefused.
    """
    new = NewSubscription(
        account_id=account_id, plan=plan_coded(sale.plan), starts_on=sale.starts_on, quantity=sale.quantity,
        term_months=sale.term_months, location_id=location_id,
    )  # fmt: skip
    return subscribe(subscription=new, now=now, actor=actor)
