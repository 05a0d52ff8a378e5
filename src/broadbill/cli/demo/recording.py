"""Recording what happens, through the same operations that pages and commands call."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import assert_never

from broadbill.accounts.domain.new_account import NewAccount, NewContact
from broadbill.accounts.operations.change_profile import change_profile, close_account
from broadbill.accounts.operations.locations import NewLocation, add_locations
from broadbill.accounts.operations.open_accounts import open_account
from broadbill.accounts.queries.find import account_numbered
from broadbill.catalog.operations.plans import set_price
from broadbill.catalog.queries.plans import plan_coded
from broadbill.cli.demo.happenings import (
    AccountClosed,
    AccountOpened,
    ArrearsPaid,
    Cancelled,
    ChargeAdded,
    CreditGiven,
    Customer,
    Happening,
    Moved,
    PlanChanged,
    PriceSet,
    QuantityChanged,
    Resumed,
    ServiceAdded,
    Suspended,
)
from broadbill.cli.demo.provider import TIME_ZONE
from broadbill.contracts.operations.account_facts import add_charge, give_credit
from broadbill.contracts.operations.changes import cancel, change_plan, change_quantity, resume, suspend
from broadbill.contracts.operations.contracts import NewContract, make_contracts
from broadbill.contracts.operations.subscribe import NewSubscription, subscribe, subscribe_many
from broadbill.contracts.queries.subscriptions import subscriptions_of
from broadbill.core.money import Currency
from broadbill.payments.operations.opening import OpeningBalance, open_balances
from broadbill.payments.operations.record import NewPayment, record_payment
from broadbill.payments.queries.owing import owing_of

EURO = Currency.of("EUR")


def record(happening: Happening, *, now: datetime, actor: str) -> None:
    """Record one thing that happened. `now` is the instant at which it is written down."""
    match happening:
        case AccountOpened():
            _open(happening.customer, now, actor)
        case ServiceAdded():
            _add_service(happening, now, actor)
        case PlanChanged() | QuantityChanged() | Suspended() | Resumed() | Cancelled():
            _change(happening, now, actor)
        case PriceSet():
            model = {"type": "flat", "amount": happening.amount}
            set_price(
                plan=happening.plan,
                charge=happening.charge,
                model=model,
                starts_on=happening.starts_on,
                now=now,
                actor=actor,
            )
        case AccountClosed() | CreditGiven() | ChargeAdded() | Moved() | ArrearsPaid():
            _on_account(happening, now, actor)
        case _:
            assert_never(happening)


def _open(customer: Customer, now: datetime, actor: str) -> None:
    account_id = open_account(account=_new_account(customer), now=now, actor=actor)
    [location_id] = add_locations(
        locations=[
            NewLocation(
                account_id=account_id,
                name=customer.place,
                street=customer.address.street,
                postcode=customer.address.postcode,
                city=customer.address.city,
                country=customer.country,
            )
        ],
        now=now,
        actor=actor,
    )
    [contract_id] = make_contracts(
        contracts=[
            NewContract(
                number=f"{customer.number}-1",
                account_id=account_id,
                starts_on=customer.starts_on,
                term_months=customer.term_months,
                signed_on=customer.opened_on,
            )
        ],
        now=now,
        actor=actor,
    )
    subscribe_many(
        subscriptions=[
            NewSubscription(
                account_id=account_id,
                plan=plan_coded(service.plan),
                starts_on=customer.starts_on,
                quantity=Decimal(service.quantity),
                prices=service.agreed,
                term_months=customer.term_months,
                extras=service.extras,
                contract_id=contract_id,
                location_id=location_id,
            )
            for service in customer.services
        ],
        now=now,
        actor=actor,
    )
    owed = OpeningBalance(
        account_id=account_id, amount=EURO.exact(customer.owed_before), as_of=customer.opened_on
    )
    open_balances(balances=[owed], now=now, actor=actor)


def _new_account(customer: Customer) -> NewAccount:
    contact = NewContact(
        name=customer.contact,
        role="Office" if customer.is_business else "",
        email=customer.email,
        phone=customer.phone,
        receives_bills=bool(customer.email),
    )
    return NewAccount(
        number=customer.number,
        name=customer.name,
        legal_name=customer.legal_name,
        opened_on=customer.opened_on,
        currency="EUR",
        timezone=TIME_ZONE,
        language=customer.language,
        street=customer.address.street,
        postcode=customer.address.postcode,
        city=customer.address.city,
        country=customer.country,
        tax_id=customer.tax_id,
        tax_exempt=customer.tax_exempt,
        reverse_charge=customer.reverse_charge,
        terms_days=30 if customer.is_business else 14,
        email=customer.email,
        pays_by=customer.payer.method,
        parent_id=account_id_of(customer.parent) if customer.parent else None,
        notes=customer.notes,
        contacts=(contact,),
    )


def _add_service(added: ServiceAdded, now: datetime, actor: str) -> None:
    subscription = NewSubscription(
        account_id=account_id_of(added.account), plan=plan_coded(added.plan), starts_on=added.starts_on
    )
    subscribe(subscription=subscription, now=now, actor=actor)


def _change(
    change: PlanChanged | QuantityChanged | Suspended | Resumed | Cancelled, now: datetime, actor: str
) -> None:
    subscription_id = subscription_id_of(change.account, change.service)
    match change:
        case PlanChanged():
            change_plan(subscription_id=subscription_id, plan=change.plan, on=change.on, now=now, actor=actor)
        case QuantityChanged():
            quantity = Decimal(change.quantity)
            change_quantity(
                subscription_id=subscription_id, quantity=quantity, on=change.on, now=now, actor=actor
            )
        case Suspended():
            suspend(subscription_id=subscription_id, on=change.on, now=now, actor=actor)
        case Resumed():
            resume(subscription_id=subscription_id, on=change.on, now=now, actor=actor)
        case Cancelled():
            cancel(subscription_id=subscription_id, on=change.on, now=now, actor=actor)
        case _:
            assert_never(change)


def _on_account(
    happening: AccountClosed | CreditGiven | ChargeAdded | Moved | ArrearsPaid, now: datetime, actor: str
) -> None:
    account_id, on = account_id_of(happening.account), happening.recorded_on
    match happening:
        case AccountClosed():
            close_account(account_id=account_id, closed_on=happening.on, now=now, actor=actor)
        case CreditGiven(amount=amount, name=name, tax=tax):
            give_credit(
                account_id=account_id,
                amount=EURO.exact(amount),
                name=name,
                tax=tax,
                on=on,
                now=now,
                actor=actor,
            )
        case ChargeAdded(amount=amount, name=name, tax=tax):
            add_charge(
                account_id=account_id,
                amount=EURO.exact(amount),
                name=name,
                tax=tax,
                on=on,
                now=now,
                actor=actor,
            )
        case Moved(address=address):
            changes = {"street": address.street, "postcode": address.postcode, "city": address.city}
            change_profile(account_id=account_id, changes=changes, now=now, actor=actor)
        case ArrearsPaid(method=method):
            _pay_arrears(account_id, method, on, now, actor)
        case _:
            assert_never(happening)


def _pay_arrears(account_id: int, method: str, on: date, now: datetime, actor: str) -> None:
    owed = owing_of(account_id=account_id, currency=EURO, as_of=on).balance
    if owed.minor > 0:
        payment = NewPayment(
            account_id=account_id,
            amount=owed,
            method=method,
            received_on=on,
            idempotency_key=f"demo arrears {account_id} {on}",
            note="Everything that was open, so that service may resume",
        )
        record_payment(payment=payment, now=now, actor=actor)


@cache
def account_id_of(number: str) -> int:
    """Accounts keep their ids, so each is looked up once."""
    return account_numbered(number).id


@cache
def subscription_id_of(account: str, code: str) -> int:
    found = subscriptions_of(account_id=account_id_of(account), as_of=date.min)
    return next(subscription.id for subscription in found if subscription.code == code)
