"""`broadbill pay`: record money that came."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from broadbill.cli.amounts import amount_in


class Method(StrEnum):
    """How the money came."""

    CASH = "cash"
    CHEQUE = "cheque"
    TRANSFER = "transfer"


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
