"""`broadbill trial-balance`: the books at a glance."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer


def trial_balance(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Bookings up to this day; default: today.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List what each account of the chart holds. Debits and credits are equal, or the books are wrong."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.ledger.queries.trial_balance import trial_balance as books

    rows = books(as_of=as_of.date() if as_of else timezone.localdate())
    if as_json:
        told = [
            {
                "code": row.code,
                "name": row.name,
                "currency": row.debit.currency.code,
                "debit": str(row.debit),
                "credit": str(row.credit),
                "balance": str(row.balance),
            }
            for row in rows
        ]
        print(json.dumps(told, indent=2))
        return
    for currency in sorted({row.debit.currency.code for row in rows}):
        mine = [row for row in rows if row.debit.currency.code == currency]
        print(f"{currency:<31}{'debit':>16}{'credit':>16}{'balance':>16}")
        for row in mine:
            print(f"{row.code}  {row.name:<25}{row.debit!s:>16}{row.credit!s:>16}{row.balance!s:>16}")
        nothing = mine[0].debit.currency.zero
        debit, credit = sum((row.debit for row in mine), nothing), sum((row.credit for row in mine), nothing)
        print(f"{'':<31}{debit!s:>16}{credit!s:>16}{debit - credit!s:>16}")
