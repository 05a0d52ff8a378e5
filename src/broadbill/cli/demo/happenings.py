"""What can happen in the demo, as plain values: who did it and on which day they recorded it.

`account` is an account's number, `service` the account's own code of a subscription (S1, S2 and so on).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from broadbill.cli.demo.people import Address


class Habit(StrEnum):
    """How somebody pays their bills."""

    PROMPT = "prompt"
    LATE = "late"
    IN_PARTS = "in_parts"
    ROUNDS_UP = "rounds_up"
    FORGETS = "forgets"


@dataclass(frozen=True, kw_only=True, slots=True)
class Payer:
    """`stops_on` begins a time without any payment, which `returns_on` ends; the cheque of one month comes back."""

    habit: Habit
    method: str
    stops_on: date | None = None
    returns_on: date | None = None
    bad_cheque_in: date | None = None

    def pays_on(self, day: date) -> bool:
        has_stopped = self.stops_on is not None and day >= self.stops_on
        has_returned = self.returns_on is not None and day > self.returns_on
        return not has_stopped or has_returned


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    plan: str
    quantity: int = 1
    agreed: Mapping[str, Any] = field(default_factory=dict)
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """An account as it is opened, with what it buys first and how it will pay."""

    number: str
    name: str
    legal_name: str
    is_business: bool
    language: str
    address: Address
    place: str
    email: str
    phone: str
    contact: str
    payer: Payer
    opened_on: date
    starts_on: date
    services: tuple[Service, ...]
    term_months: int | None
    country: str = "LU"
    tax_id: str = ""
    reverse_charge: bool = False
    tax_exempt: tuple[str, ...] = ()
    parent: str = ""
    owed_before: Decimal = Decimal(0)
    notes: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Happening:
    recorded_on: date
    by: str = "agent"


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountOpened(_Happening):
    customer: Customer


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceAdded(_Happening):
    account: str
    plan: str
    starts_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanChanged(_Happening):
    account: str
    service: str
    plan: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class QuantityChanged(_Happening):
    account: str
    service: str
    quantity: int
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspended(_Happening):
    account: str
    service: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Resumed(_Happening):
    account: str
    service: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancelled(_Happening):
    account: str
    service: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountClosed(_Happening):
    account: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditGiven(_Happening):
    """Goodwill in the tax category `tax`."""

    account: str
    amount: Decimal
    name: str
    tax: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeAdded(_Happening):
    account: str
    amount: Decimal
    name: str
    tax: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved(_Happening):
    account: str
    address: Address


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrearsPaid(_Happening):
    """Everything the account owes on the day, at once."""

    account: str
    method: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceSet(_Happening):
    plan: str
    charge: str
    amount: str
    starts_on: date


Happening: TypeAlias = (
    AccountOpened | ServiceAdded | PlanChanged | QuantityChanged | Suspended | Resumed | Cancelled | AccountClosed
    | CreditGiven | ChargeAdded | Moved | ArrearsPaid | PriceSet
)  # fmt: skip
