"""`broadbill refund`: money back to customers."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from broadbill.cli.amounts import amount_in

if TYPE_CHECKING:
    from broadbill.payments.queries.refunds import RefundRead

ACTOR = "command:refund"

refunds = typer.Typer(no_args_is_help=True)


class Way(StrEnum):
    """How the money goes. By card it goes back to the charges it came from, oldest first."""

    CARD = "card"
    CASH = "cash"
    CHEQUE = "cheque"
    TRANSFER = "transfer"


class Otherwise(StrEnum):
    """What becomes of money that does not go back by itself."""

    CREDIT = "credit"
    APPROVAL = "approval"


Number = Annotated[int, typer.Argument(help="The refund's number in `broadbill refund list`.")]
Day = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it is paid; default: today.")
]


@refunds.callback()
def money_back() -> None:
    """Give money back out of a customer's credit."""


@refunds.command("pay")
def pay_back(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    amount: Annotated[str, typer.Argument(help="In the account's currency, e.g. 44.90")],
    method: Annotated[Way, typer.Option(help="How the money goes; by card to the charges it came from.")],
    reason: Annotated[str, typer.Option(help="One line that the customer reads.")],
    day: Day = None,
    key: Annotated[
        str, typer.Option(help="Your own name for this refund: asked again with it, nothing is paid twice.")
    ] = "",
) -> None:
    """Refund what a customer paid and has in credit. Whoever types this command may pay any amount."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.payments.operations.card_refunds import refund_to_cards, send_card_refund
    from broadbill.payments.operations.refund import NewRefund, request_refund

    customer = customer_numbered(account)
    on, now = day.date() if day else timezone.localdate(), datetime.now(tz=UTC)
    wanted, name = amount_in(amount, customer.currency), key or str(uuid.uuid4())
    if method is Way.CARD:
        parts = refund_to_cards(
            account_id=customer.id, amount=wanted, reason=reason, key=name, on=on, now=now, actor=ACTOR
        )
        states = [send_card_refund(refund_id=part.id, now=now).state for part in parts]
        print(f"{wanted} {customer.currency.code} to {len(parts)} card charges: {', '.join(states)}.")
        if "refused" in states:
            raise typer.Exit(1)
        return
    refund = NewRefund(
        account_id=customer.id,
        amount=wanted,
        method=method.value,
        reason=reason,
        idempotency_key=name,
    )
    paid = request_refund(refund=refund, on=on, now=now, actor=ACTOR)
    print(
        f"{paid.number}: {refund.amount} {customer.currency.code} to {customer.name} by {method}: {reason}."
    )


@refunds.command("list")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """List the refunds that wait for another person's agreement."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.queries.refunds import waiting_refunds

    waiting = waiting_refunds()
    if as_json:
        print(json.dumps([_as_json(refund) for refund in waiting], ensure_ascii=False))
        return
    for refund in waiting:
        amount = f"{refund.amount} {refund.amount.currency.code}"
        print(f"{refund.id:>6}  {amount:>14}  {refund.account} {refund.account_name}: {refund.reason}")
        print(f"{'':>24}asked for by {refund.requested_by} on {refund.requested_at:%Y-%m-%d}")
    print(f"{len(waiting)} refunds wait.")


@refunds.command("approve")
def approve(refund: Number, day: Day = None) -> None:
    """Agree to a refund that somebody else asked for, and pay it."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.payments.operations.card_refunds import send_card_refund
    from broadbill.payments.operations.refund import approve_refund

    on, now = day.date() if day else timezone.localdate(), datetime.now(tz=UTC)
    agreed = approve_refund(refund_id=refund, on=on, now=now, actor=ACTOR)
    row = send_card_refund(refund_id=agreed.id, now=now)
    if row.paid_on:
        print(f"{row.number}: paid on {row.paid_on}.")
        return
    print(f"Refund {refund} by card: {row.state}{f', {row.note}' if row.note else ''}.")
    if row.state == "refused":
        raise typer.Exit(1)


@refunds.command("refuse")
def refuse(refund: Number, note: Annotated[str, typer.Option(help="Why not.")]) -> None:
    """Do not agree to a refund. Its amount stays in credit."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.operations.refund import refuse_refund

    refuse_refund(refund_id=refund, note=note, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Refund {refund} is not paid: {note}.")


@refunds.command("policy")
def policy(
    automatic_up_to: Annotated[
        str, typer.Option(help="So much goes back to the card by itself, e.g. 50.00; `none`: nothing does.")
    ],
    otherwise: Annotated[
        Otherwise, typer.Option(help="The rest stays in credit, or waits for a person's approval.")
    ] = Otherwise.CREDIT,
) -> None:
    """Say what becomes of the money when `audit --correct` finds that customers were billed too much."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.operations.over_billing import set_refund_policy
    from broadbill.payments.queries import refund_policy as stored

    try:
        most = None if automatic_up_to == "none" else Decimal(automatic_up_to)
        set_refund_policy(
            automatic_up_to=most,
            otherwise=stored.Otherwise(otherwise.value),
            now=datetime.now(tz=UTC),
            actor=ACTOR,
        )
    except (ArithmeticError, ValueError) as error:
        raise typer.BadParameter(f"{automatic_up_to!r} is not an amount such as 50.00, nor none.") from error
    by_itself = "Nothing" if most is None else f"Up to {most:f}"
    rest = "waits for approval" if otherwise is Otherwise.APPROVAL else "stays in credit"
    print(f"{by_itself} of what was billed too much goes back to the card by itself; the rest {rest}.")


def _as_json(refund: RefundRead) -> dict[str, object]:
    return {
        "refund": refund.id,
        "account": refund.account,
        "name": refund.account_name,
        "amount": str(refund.amount),
        "currency": refund.amount.currency.code,
        "reason": refund.reason,
        "requested_by": refund.requested_by,
        "requested_at": refund.requested_at.isoformat(),
    }
