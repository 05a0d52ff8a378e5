"""Giving a discount that a person decided on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from broadbill.accounts.models import Account
from broadbill.accounts.operations.lock import lock_open_account
from broadbill.contracts.domain.errors import ChargeNotSold, FactRefused
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.queries.services import Service, service_on, services_of
from broadbill.core.money import Money


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDiscount:
    """Percent or amount off, as a `discount` of the scenario contract.

    `charges` empty means recurring and usage charges. It ends after `periods` billing periods, partial ones counted,
    or before the day `until`; None of both is for good.
    """

    name: str
    percent: Decimal | None = None
    amount: Money | None = None
    charges: tuple[str, ...] = ()
    periods: int | None = None
    until: date | None = None

    def detail(self) -> dict[str, Any]:
        told = {
            "name": self.name,
            "percent": None if self.percent is None else f"{self.percent:f}",
            "amount": None if self.amount is None else str(self.amount),
            "charges": list(self.charges) or None,
            "periods": self.periods,
            "until": self.until.isoformat() if self.until else None,
        }
        return {key: value for key, value in told.items() if value is not None}


@transaction.atomic
def give_discount(
    *,
    account_id: int,
    subscription_id: int | None = None,
    discount: NewDiscount,
    on: date,
    now: datetime,
    actor: str,
) -> int:
    """Lower what a subscription, or the whole account, is charged from a day on; return the fact's number.

    Raises: AccountUnknown, AccountClosed, SubscriptionUnknown, SubscriptionEnded, ChargeNotSold, FactRefused.
    """
    account = lock_open_account(account_id, on=on)
    services = (
        services_of(account_id=account_id, on=on)
        if subscription_id is None
        else (service_on(account_id=account_id, subscription_id=subscription_id, on=on),)
    )
    _check(discount, account, on)
    subject = f"Account {account.number}" if subscription_id is None else services[0].name
    refuse_unsold(discount.charges, services, subject=subject)
    fact = NewFact(
        account_id=account_id,
        kind="discount",
        effective_on=on,
        subscription_id=subscription_id,
        detail=discount.detail(),
    )
    return record_facts(facts=[fact], now=now, actor=actor)[0]


def refuse_unsold(charges: Iterable[str], services: Iterable[Service], *, subject: str) -> None:
    """Raises: ChargeNotSold for a charge that none of the services has: it would silently give nothing."""
    known = {code for service in services for code in service.charges}
    for charge in charges:
        if charge not in known:
            raise ChargeNotSold(subject=subject, charge=charge, charges=", ".join(sorted(known)) or "nothing")


def _check(discount: NewDiscount, account: Account, on: date) -> None:
    currency = account.profile.currency
    if discount.amount is not None and discount.amount.currency.code != currency:
        raise FactRefused(reason=f"account {account.number} is billed in {currency}")
    if discount.until and discount.until <= on:
        raise FactRefused(reason=f"a discount from {on} cannot end before {discount.until}")
