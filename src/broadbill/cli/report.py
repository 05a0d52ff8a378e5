"""`broadbill report`: figures read from the books."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from broadbill.cli.report_show import list_reports, show
from broadbill.core.errors import DomainError
from broadbill.core.money import Money
from broadbill.core.period import Period

if TYPE_CHECKING:
    from broadbill.billing.queries.billed_by_term import TermTotal

report = typer.Typer(no_args_is_help=True)
report.command("list")(list_reports)
report.command("show")(show)


@dataclass(kw_only=True, eq=False)
class ReportNeedsOneRange(DomainError):
    """A report was asked of neither or of both a run and a month."""

    code = "cli.report_needs_one_range"
    message = "Say either --run N or --period YYYY-MM."


@report.callback()
def figures() -> None:
    """Print figures read from the books."""


@report.command("by-term")
def by_term(
    run: Annotated[int | None, typer.Option(help="The documents of this bill run.")] = None,
    period: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m"], help="The documents issued in this month.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """What was billed before tax, by the minimum term of the contracts."""
    if (run is None) == (period is None):
        raise ReportNeedsOneRange
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.billing.queries.billed_by_term import billed_in_period, billed_in_run

    if run is not None:
        totals = billed_in_run(run)
    else:
        assert period is not None
        totals = billed_in_period(Period.month(period.date()))
    if as_json:
        print(json.dumps(_as_json(totals)))
        return
    print(f"{'Term':<20}{'Documents':>12}{'Subscriptions':>15}{'Subtotal':>20}")
    for row in totals:
        amount = f"{row.subtotal.amount:,} {row.subtotal.currency.code}"
        print(f"{_term(row):<20}{row.documents:>12,}{row.subscriptions:>15,}{amount:>20}")
    for total in _sums(totals).values():
        print(f"{'Total':<47}{f'{total.amount:,} {total.currency.code}':>20}")


def _as_json(totals: tuple[TermTotal, ...]) -> dict[str, object]:
    """Amounts as plain decimal strings."""
    return {
        "rows": [
            {
                "term": _term(row),
                "term_months": row.term_months,
                "currency": row.subtotal.currency.code,
                "documents": row.documents,
                "subscriptions": row.subscriptions,
                "subtotal": str(row.subtotal),
            }
            for row in totals
        ],
        "totals": {code: str(total) for code, total in _sums(totals).items()},
    }


def _sums(totals: tuple[TermTotal, ...]) -> dict[str, Money]:
    sums: dict[str, Money] = {}
    for row in totals:
        code = row.subtotal.currency.code
        sums[code] = sums[code] + row.subtotal if code in sums else row.subtotal
    return sums


def _term(row: TermTotal) -> str:
    if not row.of_subscriptions:
        return "no subscription"
    return f"{row.term_months} months" if row.term_months else "month to month"
