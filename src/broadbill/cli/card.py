"""`broadbill card`: saved cards, charging them, autopay, and what the gateways told."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from broadbill.cli.amounts import amount_in

ACTOR = "command:card"

cards = typer.Typer(no_args_is_help=True)
Account = Annotated[str, typer.Argument(help="The account's number.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@cards.callback()
def charging() -> None:
    """Charge cards that customers saved with a payment gateway."""


@cards.command("list")
def list_cards(account: Account, as_json: AsJson = False) -> None:
    """List an account's saved cards and its latest charges."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.payments.queries.card_charges import charges_of, saved_methods

    customer = customer_numbered(account)
    saved, charges = saved_methods(account_id=customer.id), charges_of(account_id=customer.id)
    if as_json:
        print(
            json.dumps(
                {
                    "cards": [
                        {"id": one.id, "gateway": one.gateway, "brand": one.brand, "last_four": one.last_four,
                         "state": one.state, "autopay": one.autopay}
                        for one in saved
                    ],
                    "charges": [
                        {"amount": str(one.amount), "currency": one.amount.currency.code, "state": one.state,
                         "decline": one.decline, "receipt": one.receipt}
                        for one in charges
                    ],
                }
            )
        )  # fmt: skip
        return
    for one in saved:
        print(
            f"{one.id:>6}  {one.brand} {one.last_four}  {one.gateway}  {one.state}{'  autopay' if one.autopay else ''}"
        )
    for charge in charges:
        told = charge.receipt or charge.decline
        amount = f"{charge.amount} {charge.amount.currency.code}"
        print(f"{charge.asked_at:%Y-%m-%d %H:%M}  {amount:>16}  {charge.state}  {told}".rstrip())
    if not saved:
        print(f"Account {customer.number} has no saved card.")


@cards.command("charge")
def charge(
    account: Account,
    amount: Annotated[str, typer.Argument(help="In the account's currency, e.g. 44.90")],
    card: Annotated[int, typer.Option(help="The card's number in `broadbill card list`.")],
    key: Annotated[
        str,
        typer.Option(help="Your own name for this charge: asked again with it, nothing is charged twice."),
    ] = "",
) -> None:
    """Charge a saved card. The customer is not there to confirm it."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.payments.operations.card_charges import NewCharge, charge_card
    from broadbill.payments.queries.card_charges import charge_read

    customer = customer_numbered(account)
    asked = NewCharge(
        account_id=customer.id,
        method_id=card,
        amount=amount_in(amount, customer.currency),
        key=key or str(uuid.uuid4()),
        description=customer.number,
        off_session=True,
    )
    row = charge_card(charge=asked, now=timezone.now(), actor=ACTOR)
    done = charge_read(row.id, account_id=customer.id)
    told = done.receipt or done.decline
    print(f"{done.amount} {done.amount.currency.code}: {done.state}{f', {told}' if told else ''}.")
    if done.state == "declined":
        raise typer.Exit(1)


@cards.command("autopay")
def autopay(
    day: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="What is due by this day; default: today."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Charge whoever pays by themselves for what is due. The worker does it every morning; once a day is enough."""
    from broadbill.cli.session import open_session

    open_session()
    from django.conf import settings
    from django.utils import timezone

    from broadbill.payments.operations.autopay import AT_ONCE, charge_what_is_due

    on = day.date() if day else timezone.localdate()
    tally = charge_what_is_due(on=on, now=timezone.now(), zone=settings.TIME_ZONE, at_once=AT_ONCE)
    if as_json:
        print(json.dumps(asdict(tally)))
        return
    print(
        f"{tally.succeeded:,} charged, {tally.declined:,} declined, {tally.under_way:,} not known yet,"
        f" {tally.refused:,} refused."
    )


@cards.command("policy")
def policy(
    retry_days: Annotated[
        str, typer.Option(help="Days after the first decline on which a debt is tried again, e.g. 3,5,7.")
    ],
    pass_fee_on: Annotated[
        bool, typer.Option(help="Charge the fee of a lost chargeback to the customer.")
    ] = False,
) -> None:
    """Say how charging goes on after a decline."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.payments.operations.autopay import set_card_policy

    try:
        days = [int(word) for word in retry_days.split(",") if word.strip()]
        set_card_policy(retry_days=days, passes_fee_on=pass_fee_on, now=timezone.now(), actor=ACTOR)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    print(f"A declined debt is tried again {len(days)} times.")
