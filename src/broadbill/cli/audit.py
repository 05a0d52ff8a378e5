"""`broadbill audit`: was anybody billed something else than they owed?"""

from __future__ import annotations

import os
import sys
from array import array
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from broadbill.cli.audit_listing import FORMS, Listing
from broadbill.cli.progress import progress
from broadbill.core.errors import DomainError

if TYPE_CHECKING:
    from broadbill.billing.queries.runs import RunSummary
    from broadbill.core.period import Period

ACTOR = "command:audit"


@dataclass(kw_only=True, eq=False)
class PeriodIsInvalid(DomainError):
    """Months that cannot be understood."""

    code = "cli.period_is_invalid"
    message = "--period: {period!r} is not a month such as 2026-10, nor months such as 2026-08..2026-10."
    period: str


def audit(
    period: Annotated[
        str, typer.Option(help="The month to look at, e.g. 2026-10, or months: 2026-08..2026-10.")
    ],
    correct: Annotated[bool, typer.Option("--correct", help="Issue the corrections.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes to rate and post with.")] = os.cpu_count()
    or 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one row a cause, for a spreadsheet.")] = False,
) -> None:
    """Recompute what every account should have been billed for a month, and list the differences with their causes.

    With --correct the differences of the accounts listed are issued, as credit notes where money is to be given
    back; nothing else is billed. Exits with 1 when there are differences that were not corrected, or an account that
    could not be audited.
    """
    if as_json and as_csv:
        raise typer.BadParameter("say either --json or --csv")
    audited = _months(period)
    form = "json" if as_json else "csv" if as_csv else "words"
    from broadbill.cli.session import open_session

    open_session()
    listing = FORMS[form](period)
    found = _list_all(audited, listing, workers)
    runs = _correct(found, workers, hidden=form != "words") if correct and found else []
    listing.end(runs)
    if listing.unrated or (found and not correct) or any(run.skipped for run in runs):
        sys.exit(1)


def _list_all(period: Period, listing: Listing, workers: int) -> dict[date, array[int]]:
    """Print each difference as it is found; keep of them only who is to be corrected."""
    from django.utils import timezone

    from broadbill.billing.domain.audit import Unrated
    from broadbill.billing.operations.rulebook import current_rulebook
    from broadbill.billing.queries.audit import (
        ACCOUNTS_PER_BATCH,
        accounts_billed,
        audit_period,
        last_run_of_all,
    )

    through = last_run_of_all()
    if through is None or through < period.starts:
        told = f"through {through}" if through else "not made yet"
        print(
            f"Note: the last run of all was {told}; what falls due later is no difference.", file=sys.stderr
        )
    rulebook = current_rulebook(now=timezone.now())
    found: dict[date, array[int]] = defaultdict(lambda: array("q"))
    with progress("Auditing", hidden=False) as (begin, advance):
        begin(accounts_billed())
        for batch in audit_period(period=period, rulebook_id=rulebook.id, workers=workers):
            for finding in batch:
                listing.add(finding)
                if not isinstance(finding, Unrated):
                    found[finding.through].append(finding.account_id)
            advance(ACCOUNTS_PER_BATCH)
    return found


def _correct(found: dict[date, array[int]], workers: int, *, hidden: bool) -> list[RunSummary]:
    from django.utils import timezone

    from broadbill.billing.operations.correct import correct
    from broadbill.billing.queries.audit import day_of_corrections
    from broadbill.billing.queries.runs import run_summary

    with progress("Correcting", hidden=hidden) as (begin, advance):
        begin(sum(len(accounts) for accounts in found.values()))
        runs = correct(
            found=found,
            issued_on=day_of_corrections(today=timezone.localdate()),
            actor=ACTOR,
            now=timezone.now(),
            workers=workers,
            progress=advance,
        )
    return [run_summary(run.id) for run in runs]


def _months(text: str) -> Period:
    """`2026-10`, or `2026-08..2026-10` from the first through the last."""
    from broadbill.core.period import Period

    first, _, last = text.partition("..")
    try:
        starts, until = date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last or first}-01")
        return Period(starts, Period.month(until).ends)
    except ValueError:
        raise PeriodIsInvalid(period=text) from None
