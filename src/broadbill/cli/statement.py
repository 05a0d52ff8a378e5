"""`broadbill statement`: an account's books as its owner sees them."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from broadbill.payments.queries.statement import Statement

Day = datetime | None


def statement(
    account: Annotated[str, typer.Argument(help="The account's number.")],
    starts: Annotated[
        Day, typer.Option("--from", formats=["%Y-%m-%d"], help="Default: the first booking.")
    ] = None,
    ends: Annotated[
        Day, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day; default: today.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List invoices, credit notes and payments with the balance after each."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.payments.queries.statement import statement_of

    customer = customer_numbered(account)
    found = statement_of(
        account_id=customer.id,
        currency=customer.currency,
        starts=starts.date() if starts else date.min,
        ends=ends.date() if ends else timezone.localdate(),
    )
    if as_json:
        print(json.dumps(_as_json(account, found), indent=2))
        return
    print(f"{customer.number} {customer.name}, amounts in {customer.currency.code}")
    if starts:
        print(f"{'':<42}{'brought forward':>16}{found.opening!s:>14}")
    for row in found.rows:
        taken_back = "  (taken back)" if row.is_reversed else ""
        kind = row.kind.replace("_", " ")
        print(f"{row.dated_on}  {kind:<13}{row.number:<18}{row.amount!s:>13}{row.balance!s:>14}{taken_back}")


def _as_json(account: str, found: Statement) -> dict[str, object]:
    """Amounts as plain decimal strings; a positive balance is owed."""
    return {
        "account": account,
        "opening": str(found.opening),
        "rows": [
            {
                "date": row.dated_on.isoformat(),
                "kind": row.kind,
                "number": row.number,
                "amount": str(row.amount),
                "balance": str(row.balance),
                "taken_back": row.is_reversed,
            }
            for row in found.rows
        ],
        "closing": str(found.closing),
    }
