"""`broadbill what-if`: a plan change tried on the real history."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from broadbill.billing.queries.what_if import Bill


def what_if(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    subscription: Annotated[str, typer.Option(help="The subscription's code on the account, e.g. S1.")],
    plan: Annotated[str, typer.Option(help="The code of the plan to change to.")],
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the change.")],
    bill_on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day of the bill; else that of the change."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Tell what the next bill would be if a subscription changed to another plan. Records nothing."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.billing.queries.what_if import Change
    from broadbill.billing.queries.what_if import what_if as try_change
    from broadbill.catalog.queries.plans import plan_coded
    from broadbill.contracts.queries.find import subscription_coded

    found = account_numbered(account)
    change = Change(
        kind="change_plan",
        effective_on=on.date(),
        subscription_id=subscription_coded(found, subscription).id,
        detail={"plan": plan_coded(plan).code},
    )
    seen = try_change(account_id=found.id, change=change, on=(bill_on or on).date())
    if as_json:
        told = {
            "on": seen.on.isoformat(),
            "unchanged": _as_json(seen.unchanged),
            "changed": _as_json(seen.changed),
            "difference": str(seen.difference),
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    currency = seen.difference.currency.code
    print(
        f"The bill on {seen.on} would be {currency} {seen.changed.total} instead of {seen.unchanged.total}."
    )
    for line in seen.changed.lines:
        print(f"  {line.description}, {line.starts} to {line.ends}: {line.amount}")
    print(f"Difference: {currency} {seen.difference}.")


def _as_json(bill: Bill) -> dict[str, object]:
    lines = [
        {
            "description": line.description,
            "from": line.starts and line.starts.isoformat(),
            "to": line.ends and line.ends.isoformat(),
            "amount": str(line.amount),
        }
        for line in bill.lines
    ]
    return {"total": str(bill.total), "lines": lines}
