"""`broadbill audit`: was anybody billed something else than they owed?"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from broadbill.billing.domain.audit import Finding
    from broadbill.core.money import Money
    from broadbill.core.period import Period


def audit(
    period: Annotated[str, typer.Option(help="The month to look at, e.g. 2026-10.")],
    correct: Annotated[bool, typer.Option("--correct", help="Issue the corrections.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Recompute what every account should have been billed for a month, and list the differences with their causes.

    With --correct a bill run issues the corrections, as credit notes where money is to be given back.
    Exits with 1 when there are differences that were not corrected.
    """
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.billing.operations.rulebook import current_rulebook
    from broadbill.billing.operations.run import RunRequest, bill
    from broadbill.billing.queries.audit import audit_period, latest_billed_day

    now = timezone.now()
    findings = list(audit_period(period=_month(period), rulebook=current_rulebook(now=now)))
    run = None
    through = latest_billed_day()
    if correct and findings and through:
        run = bill(request=RunRequest(through=through, actor="command:audit"), now=now).id
    _print(period, findings, run, as_json)
    if findings and run is None:
        sys.exit(1)


def _month(text: str) -> Period:
    from broadbill.core.period import Period

    try:
        starts = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a month such as 2026-10", param_hint="--period") from None
    ends = date(starts.year + starts.month // 12, starts.month % 12 + 1, 1)
    return Period(starts, ends)


def _print(period: str, findings: list[Finding], run: int | None, as_json: bool) -> None:
    totals: dict[str, list[Money]] = defaultdict(list)
    for finding in findings:
        totals[finding.owed.currency.code].append(finding.difference)
    sums = {code: sum(amounts[1:], amounts[0]) for code, amounts in sorted(totals.items())}
    if as_json:
        told = {
            "period": period,
            "findings": [
                {
                    "account": finding.account,
                    "name": finding.name,
                    "billed": str(finding.billed),
                    "owed": str(finding.owed),
                    "difference": str(finding.difference),
                    "currency": finding.owed.currency.code,
                    "causes": finding.causes,
                }
                for finding in findings
            ],
            "totals": {code: str(total) for code, total in sums.items()},
            "run": run,
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    for finding in findings:
        print(
            f"{finding.account} {finding.name}: billed {finding.billed}, owes {finding.owed},"
            f" difference {finding.difference}; {'; '.join(finding.causes) or 'cause unknown'}"
        )
    for code, total in sums.items():
        print(f"{len(totals[code]):,} accounts, {code} {total} in all.")
    if not findings:
        print(f"Everybody was billed for {period} what they owe.")
    if run is not None:
        print(f"Run {run} issued the corrections.")
