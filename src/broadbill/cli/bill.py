"""`broadbill bill`: issue everything that is owed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from broadbill.cli.progress import progress

if TYPE_CHECKING:
    from broadbill.billing.domain.tally import RunTotals
    from broadbill.billing.queries.runs import SkippedAccount


def bill(
    through: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Bill all that is owed through this date.")
    ],
    account: Annotated[str | None, typer.Option(help="Bill only the account with this number.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compute everything, issue nothing.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes to rate and post with.")] = os.cpu_count()
    or 1,
    chunk: Annotated[int, typer.Option(min=1, help="Accounts posted in one transaction.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Issue every invoice and credit note that is due.

    Running it again issues nothing twice. A run that was interrupted goes on where it stopped.
    """
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.find import account_numbered
    from broadbill.billing.operations.preview import preview
    from broadbill.billing.operations.run import RunRequest
    from broadbill.billing.operations.run import bill as run_bill
    from broadbill.billing.queries.runs import run_summary

    request = RunRequest(
        through=through.date(),
        actor="command:bill",
        only_account=account_numbered(account).id if account else None,
        accounts_per_chunk=chunk,
    )
    with progress("Billing", hidden=as_json) as (begin, advance):
        if dry_run:
            begin(None)
            seen = preview(request=request, now=timezone.now(), progress=advance)
            _print_result(None, seen.totals, seen.skipped, as_json)
            return
        run = run_bill(
            request=request,
            now=timezone.now(),
            workers=workers,
            started=lambda run: begin(run.accounts_due),
            progress=advance,
        )
    summary = run_summary(run.id)
    _print_result(run.id, summary.totals, summary.skipped, as_json)


def _print_result(
    run: int | None, totals: tuple[RunTotals, ...], skipped: tuple[SkippedAccount, ...], as_json: bool
) -> None:
    if as_json:
        print(json.dumps(_as_json(run, totals, skipped)))
    else:
        _print_words(run, totals, skipped)
    if skipped:
        sys.exit(1)


def _as_json(
    run: int | None, totals: tuple[RunTotals, ...], skipped: tuple[SkippedAccount, ...]
) -> dict[str, object]:
    """Amounts as plain decimal strings; in several currencies an object of them by currency code."""

    def amount(pick: Callable[[RunTotals], object]) -> object:
        if len(totals) > 1:
            return {row.total.currency.code: str(pick(row)) for row in totals}
        return str(pick(totals[0])) if totals else "0.00"

    return {
        "run": run,
        "documents": sum(row.documents for row in totals),
        "subtotal": amount(lambda row: row.subtotal),
        "tax": amount(lambda row: row.tax),
        "total": amount(lambda row: row.total),
        "skipped": [{"account": account.account, "reason": account.reason} for account in skipped],
    }


def _print_words(run: int | None, totals: tuple[RunTotals, ...], skipped: tuple[SkippedAccount, ...]) -> None:
    title = "Dry run: nothing was issued" if run is None else f"Run {run}"
    if not totals:
        print(f"{title}: nothing is owed that was not billed already.")
    for row in totals:
        print(
            f"{title}: {row.documents:,} documents, {row.total.currency.code} {row.subtotal} net,"
            f" {row.tax} tax, {row.total} in total."
        )
    for account in skipped:
        print(f"Skipped {account.account}: {account.reason}", file=sys.stderr)
