"""`broadbill discount`: a discount that a person decided on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from broadbill.cli.amounts import amount_in, percentage_in

Day = datetime | None


def discount(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    subscription: Annotated[
        str,
        typer.Argument(help="The subscription's code on the account, e.g. S1; default: the whole account."),
    ] = "",
    name: Annotated[str, typer.Option(help="What for, as it stands on invoices.")] = "Discount",
    percent: Annotated[str | None, typer.Option(help="So much per cent off.")] = None,
    amount: Annotated[
        str | None, typer.Option(help="So much off each billing period, in the account's currency.")
    ] = None,
    charge: Annotated[
        list[str] | None, typer.Option(help="Off this charge alone; may be given several times.")
    ] = None,
    periods: Annotated[
        int | None, typer.Option(help="For so many billing periods; default: for good.")
    ] = None,
    starts: Annotated[
        Day, typer.Option("--from", formats=["%Y-%m-%d"], help="Its first day; default: today.")
    ] = None,
    until: Annotated[Day, typer.Option(formats=["%Y-%m-%d"], help="The day on which it ends.")] = None,
) -> None:
    """Give a discount. From a day already billed, it comes back with the next bill."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.find import account_numbered
    from broadbill.contracts.operations.discounts import NewDiscount, give_discount
    from broadbill.contracts.queries.find import subscription_coded
    from broadbill.core.money import Currency

    found = account_numbered(account)
    given = NewDiscount(
        name=name,
        percent=None if percent is None else percentage_in(percent),
        amount=None if amount is None else amount_in(amount, Currency.of(found.profile.currency)),
        charges=tuple(charge or ()),
        periods=periods,
        until=until.date() if until else None,
    )
    on = starts.date() if starts else timezone.localdate()
    number = give_discount(
        account_id=found.id,
        subscription_id=subscription_coded(found, subscription).id if subscription else None,
        discount=given,
        on=on,
        now=datetime.now(tz=UTC),
        actor="command:discount",
    )
    print(f"{found.name} gets {name} from {on} on (fact {number}).")
