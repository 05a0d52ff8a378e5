"""What a row becomes, before it has any id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from broadbill.accounts.domain.new_account import NewAccount
from broadbill.core.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRecord:
    """`term_months` None is month to month; `terms` are the other fields of `NewContract`."""

    number: str
    starts_on: date
    term_months: int | None
    terms: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRecord:
    """`prices` are the agreed prices by charge code as the rating core reads them; `agreed` is their sum."""

    plan: str
    starts_on: date
    quantity: Decimal
    prices: dict[str, dict[str, str]]
    agreed: Decimal
    extras: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRecord:
    """Positive when the customer owes."""

    amount: Money
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A row that can be taken."""

    line: int
    account: NewAccount
    contract: ContractRecord | None
    subscriptions: tuple[SubscriptionRecord, ...]
    balance: BalanceRecord | None


@dataclass(frozen=True, slots=True)
class SellablePlan:
    """What a row must know of a plan: its currency and the pricing model of each of its charges, by code."""

    code: str
    currency: str
    models: dict[str, str]
    retired_on: date | None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a new account has where the map says nothing: the provider's own."""

    currency: str
    timezone: str
    language: str
    terms_days: int
