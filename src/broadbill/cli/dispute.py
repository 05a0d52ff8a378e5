"""`broadbill dispute`: lines that customers say are wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from broadbill.cli.amounts import amount_in

if TYPE_CHECKING:
    from broadbill.payments.queries.line_disputes import DisputeRead

ACTOR = "command:dispute"

disputes = typer.Typer(no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="The dispute's number in `broadbill dispute list`.")]


@disputes.callback()
def lines_that_are_wrong() -> None:
    """Lines that customers say are wrong. Nobody is chased for them until they are decided."""


@disputes.command("open")
def open_one(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    invoice: Annotated[str, typer.Argument(help="The invoice's number.")],
    line: Annotated[int, typer.Argument(help="The line's place on it: 1 is the first.")],
    reason: Annotated[str, typer.Option(help="What the customer says.")],
    amount: Annotated[str, typer.Option(help="So much of the line, without tax; default: all of it.")] = "",
) -> None:
    """Write down that a customer disputes a line."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.core.money import Money
    from broadbill.payments.operations.line_disputes import open_dispute

    customer = customer_numbered(account)
    opened = open_dispute(
        account_id=customer.id,
        invoice=invoice,
        position=line,
        amount=amount_in(amount, customer.currency) if amount else None,
        reason=reason,
        now=datetime.now(tz=UTC),
        actor=ACTOR,
    )
    total = Money(opened.total, customer.currency)
    print(f"Dispute {opened.id}: {total} {opened.currency} with tax on {invoice}: {reason}.")


@disputes.command("list")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """List the disputes that wait to be decided."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.queries.line_disputes import open_disputes

    found = open_disputes()
    if as_json:
        print(json.dumps([_as_json(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        amount = f"{one.amount} {one.amount.currency.code}"
        print(f"{one.id:>6}  {amount:>14}  {one.account} {one.account_name}, {one.invoice}: {one.line}")
        print(f"{'':>24}{one.reason}; opened by {one.opened_by} on {one.opened_at:%Y-%m-%d}")
    print(f"Disputes: {len(found)}.")


@disputes.command("uphold")
def uphold(
    dispute: Number,
    note: Annotated[str, typer.Option(help="One line, for the correction and the customer.")],
) -> None:
    """The customer is right: the line is corrected with the next bill."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.payments.operations.line_disputes import uphold_dispute

    uphold_dispute(
        dispute_id=dispute, note=note, on=timezone.localdate(), now=datetime.now(tz=UTC), actor=ACTOR
    )
    print(f"Dispute {dispute} is upheld: the next bill corrects the line.")


@disputes.command("refuse")
def refuse(
    dispute: Number, note: Annotated[str, typer.Option(help="Why the line stands, for the customer.")]
) -> None:
    """The line stands: it is owed, and chased again."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.operations.line_disputes import refuse_dispute

    refuse_dispute(dispute_id=dispute, note=note, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Dispute {dispute} is refused: {note}.")


def _as_json(one: DisputeRead) -> dict[str, object]:
    return {
        "dispute": one.id,
        "account": one.account,
        "invoice": one.invoice,
        "line": one.position,
        "amount": str(one.amount),
        "currency": one.amount.currency.code,
        "reason": one.reason,
        "opened_by": one.opened_by,
    }
