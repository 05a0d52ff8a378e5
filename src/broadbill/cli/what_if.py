"""`broadbill what-if`: a change tried on the real history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadbill.cli.prices import PriceIsInvalid, charge_price, repriced
from broadbill.core.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from broadbill.billing.queries.what_if import Bill, WhatIf
    from broadbill.core.rating.standing import Standing


@dataclass(kw_only=True, eq=False)
class ChangeIsInvalid(DomainError):
    """No change to try, or more than one."""

    code = "cli.change_is_invalid"
    message = "Say one change: --plan, --quantity, --price, --cancel, --suspend or --resume."


def what_if(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    subscription: Annotated[str, typer.Option(help="The subscription's code on the account, e.g. S1.")],
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the change.")],
    plan: Annotated[str | None, typer.Option(help="The code of the plan to change to.")] = None,
    quantity: Annotated[str | None, typer.Option(help="The new quantity.")] = None,
    price: Annotated[str | None, typer.Option(help="CHARGE=AMOUNT, a price agreed for it.")] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="End the subscription.")] = False,
    suspend: Annotated[bool, typer.Option("--suspend", help="Stop the service, and what it costs.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Start the service again.")] = False,
    at_period_end: Annotated[
        bool,
        typer.Option("--at-period-end", help="For --plan and --cancel: when the period of that day ends."),
    ] = False,
    bill_on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="The day of the bill; else the next that has something on it."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Tell what the next bill and those after it would be if a subscription changed. Records nothing."""
    wanted = {
        "change_plan": plan,
        "change_quantity": quantity,
        "change_price": price,
        "cancel": cancel,
        "suspend": suspend,
        "resume": resume,
    }
    changes = [kind for kind, value in wanted.items() if value not in (None, False)]
    if len(changes) != 1:
        raise ChangeIsInvalid
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.billing.queries.what_if import Change
    from broadbill.billing.queries.what_if import what_if as try_change
    from broadbill.contracts.queries.find import subscription_coded

    [kind] = changes
    found = account_numbered(account)
    changed = subscription_coded(found, subscription).id
    change = Change(
        kind=kind,
        effective_on=on.date(),
        subscription_id=changed,
        detail=_detail(kind, str(wanted[kind]), changed, on.date(), at_period_end=at_period_end),
    )
    seen = try_change(account_id=found.id, change=change, on=bill_on.date() if bill_on else None)
    if as_json:
        print(json.dumps(_as_json(seen), ensure_ascii=False))
    else:
        _tell(seen)


def _detail(kind: str, value: str, subscription: int, on: date, *, at_period_end: bool) -> dict[str, Any]:
    """The fact's other keys."""
    when = {"when": "period_end"} if at_period_end else {}
    match kind:
        case "change_plan":
            from broadbill.catalog.queries.plans import plan_coded

            return {"plan": plan_coded(value).code, **when}
        case "change_quantity":
            return {"quantity": value}
        case "change_price":
            return _agreed(subscription, value, on)
        case "cancel":
            return when
        case _:
            return {}


def _agreed(subscription: int, price: str, on: date) -> dict[str, Any]:
    """The price now in force at another figure."""
    from broadbill.contracts.queries.subscriptions import subscription_by_id

    code, amount = charge_price(price)
    read = subscription_by_id(subscription_id=subscription, as_of=on)
    charge = next((charge for charge in read.charges if charge.code == code), None) if read else None
    if charge is None:
        raise PriceIsInvalid(reason=f"the subscription has no charge {code}")
    return {"charge": code, "model": repriced(charge.model, str(amount))}


def _tell(seen: WhatIf) -> None:
    currency = seen.difference.currency.code
    print(
        f"The bill on {seen.on} would be {currency} {seen.changed.total} instead of {seen.unchanged.total}."
    )
    for line in seen.changed.lines:
        print(f"  {line.description}, {line.starts} to {line.ends}: {line.amount}")
    print(f"Difference: {currency} {seen.difference}.")
    print(f"After that: {_in_words(seen.changed.then)} instead of {_in_words(seen.unchanged.then)}.")


def _in_words(standings: Sequence[Standing]) -> str:
    """`EUR 36.00 a month`, tax included."""
    costs = [
        f"{one.total.currency.code} {one.total} {'a' if one.cycle.every == 1 else f'every {one.cycle.every}'} "
        f"{one.cycle.unit}{'' if one.cycle.every == 1 else 's'}"
        for one in standings
    ]
    return " and ".join(costs) or "nothing"


def _as_json(seen: WhatIf) -> dict[str, object]:
    return {
        "on": seen.on.isoformat(),
        "unchanged": _bill_json(seen.unchanged),
        "changed": _bill_json(seen.changed),
        "difference": str(seen.difference),
    }


def _bill_json(bill: Bill) -> dict[str, object]:
    lines = [
        {
            "description": line.description,
            "from": line.starts and line.starts.isoformat(),
            "to": line.ends and line.ends.isoformat(),
            "amount": str(line.amount),
        }
        for line in bill.lines
    ]
    then = [{"every": one.cycle.every, "unit": one.cycle.unit, "total": str(one.total)} for one in bill.then]
    return {"total": str(bill.total), "lines": lines, "then": then}
