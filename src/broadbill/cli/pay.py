"""`broadbill pay`: record money that came."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from broadbill.core.errors import DomainError

if TYPE_CHECKING:
    from broadbill.core.money import Currency, Money


class Method(StrEnum):
    """How the money came."""

    CASH = "cash"
    CHEQUE = "cheque"
    TRANSFER = "transfer"


@dataclass(kw_only=True, eq=False)
class AmountIsInvalid(DomainError):
    """An amount that the currency has no coins for, or none at all."""

    code = "cli.amount_is_invalid"
    message = "{amount!r} is not an amount of {currency} such as {example}."
    amount: str
    currency: str
    example: str


def pay(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    amount: Annotated[str, typer.Argument(help="In the account's currency, e.g. 44.90")],
    method: Annotated[Method, typer.Option(help="How the money came.")],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it came; default: today.")
    ] = None,
    reference: Annotated[str, typer.Option(help="What the payer wrote, or the cheque's number.")] = "",
    key: Annotated[
        str,
        typer.Option(help="Your own name for this payment: asked again with it, nothing is recorded twice."),
    ] = "",
) -> None:
    """Record a payment. It settles the oldest debts first; what is over stays as the customer's credit."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.payments.operations.record import NewPayment, record_payment
    from broadbill.payments.queries.owing import owing_of

    customer = customer_numbered(account)
    today = timezone.localdate()
    payment = NewPayment(
        account_id=customer.id,
        amount=amount_in(amount, customer.currency),
        method=method.value,
        received_on=on.date() if on else today,
        idempotency_key=key or str(uuid.uuid4()),
        reference=reference,
    )
    recorded = record_payment(payment=payment, now=datetime.now(tz=UTC), actor="command:pay")
    balance = owing_of(account_id=customer.id, currency=customer.currency, as_of=today).balance
    state = (
        f"still owes {balance}"
        if balance.minor > 0
        else f"has {-balance} in credit"
        if balance
        else "owes nothing"
    )
    print(f"{recorded.number}: {payment.amount} {customer.currency.code} from {customer.name}, who {state}.")


def amount_in(text: str, currency: Currency) -> Money:
    try:
        return currency.exact(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError):
        example = str(currency.exact(Decimal(45)))
        raise AmountIsInvalid(amount=text, currency=currency.code, example=example) from None
