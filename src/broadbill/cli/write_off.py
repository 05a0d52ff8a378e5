"""`broadbill write-off`, `broadbill write-offs`: debts that nobody expects to be paid any more."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from broadbill.cli.amounts import amount_in

if TYPE_CHECKING:
    from broadbill.payments.queries.write_offs import WriteOffRead

ACTOR = "command:write-off"

write_offs = typer.Typer(no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="The write-off's number in `broadbill write-offs list`.")]
Day = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day of the books; default: today.")
]


def write_off(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    invoice: Annotated[str, typer.Argument(help="The invoice's number.")],
    reason: Annotated[str, typer.Option(help="Why, for the books.")],
    amount: Annotated[str, typer.Option(help="Only so much of it; default: all that is open.")] = "",
    day: Day = None,
    key: Annotated[
        str, typer.Option(help="Your own name for it: asked again with it, nothing is written off twice.")
    ] = "",
) -> None:
    """Write off what is open of an invoice. Whoever types this command may write off any amount."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.core.money import Money
    from broadbill.payments.operations.write_offs import NewWriteOff, request_write_off

    customer = customer_numbered(account)
    asked = NewWriteOff(
        account_id=customer.id,
        invoice=invoice,
        amount=amount_in(amount, customer.currency) if amount else None,
        reason=reason,
        idempotency_key=key or str(uuid.uuid4()),
    )
    on = day.date() if day else timezone.localdate()
    row = request_write_off(write_off=asked, on=on, now=datetime.now(tz=UTC), actor=ACTOR)
    print(
        f"Write-off {row.id}: {Money(row.amount, customer.currency)} {row.currency} of {invoice}: {reason}."
    )


@write_offs.command("list")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """List what is written off, and what waits for another person's agreement."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.queries.write_offs import standing_write_offs

    found = standing_write_offs()
    if as_json:
        print(json.dumps([_as_json(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        amount = f"{one.amount} {one.amount.currency.code}"
        print(f"{one.id:>6}  {amount:>14}  {one.account} {one.account_name}, {one.invoice}: {one.reason}")
        said = f"booked on {one.written_off_on}" if one.written_off_on else "waits for agreement"
        print(f"{'':>24}{said}; asked for by {one.requested_by} on {one.requested_at:%Y-%m-%d}")
    print(f"Write-offs: {len(found)}.")


@write_offs.command("approve")
def approve(write_off: Number, day: Day = None) -> None:
    """Agree to a write-off that somebody else asked for, and book it."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.payments.operations.write_offs import approve_write_off

    on = day.date() if day else timezone.localdate()
    approve_write_off(write_off_id=write_off, on=on, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Write-off {write_off} is booked on {on}.")


@write_offs.command("refuse")
def refuse(write_off: Number, note: Annotated[str, typer.Option(help="Why not.")]) -> None:
    """Do not agree to a write-off. The invoice stays open."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.operations.write_offs import refuse_write_off

    refuse_write_off(write_off_id=write_off, note=note, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Write-off {write_off} is not booked: {note}.")


@write_offs.command("recover")
def recover(
    write_off: Number,
    note: Annotated[str, typer.Option(help="Why: the money came, or a mistake.")],
    day: Day = None,
) -> None:
    """Take a write-off back: its invoice is open again, and the customer's credit settles it."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.payments.operations.write_offs import recover_write_off

    on = day.date() if day else timezone.localdate()
    recover_write_off(write_off_id=write_off, note=note, on=on, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Write-off {write_off} is taken back on {on}.")


@write_offs.command("relief")
def relief(day: Day = None) -> None:
    """Give tax back on bad debt whose day has come. The worker does it every night; again does nothing."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.payments.operations.tax_relief import relieve_bad_debt

    on = day.date() if day else timezone.localdate()
    done = relieve_bad_debt(on=on, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Tax of {done:,} write-offs given back.")


@write_offs.command("relief-policy")
def relief_policy(
    months: Annotated[
        str, typer.Argument(help="After how many months from the due date, e.g. 6, or `none`: not at all.")
    ],
    country: Annotated[str, typer.Option(help="The customer's, such as GB; default: all others.")] = "",
) -> None:
    """Say after how many months tax is given back on bad debt."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.operations.tax_relief import set_relief_policy

    try:
        wait = None if months == "none" else int(months)
        set_relief_policy(country=country, months=wait, now=datetime.now(tz=UTC), actor=ACTOR)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    where = country or "Everywhere else"
    print(f"{where}: {'no tax is given back' if wait is None else f'{wait} months after the due date'}.")


def _as_json(one: WriteOffRead) -> dict[str, object]:
    return {
        "write_off": one.id,
        "account": one.account,
        "invoice": one.invoice,
        "amount": str(one.amount),
        "currency": one.amount.currency.code,
        "reason": one.reason,
        "state": one.state,
        "written_off_on": one.written_off_on and one.written_off_on.isoformat(),
        "requested_by": one.requested_by,
    }
