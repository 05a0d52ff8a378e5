"""The findings of an audit as they come, in words, as JSON or as CSV; only their sums are kept."""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from broadbill.billing.domain.audit import Finding, Unrated
    from broadbill.billing.queries.runs import RunSummary
    from broadbill.core.money import Money

COLUMNS = ("account", "name", "currency", "billed", "owed", "difference", "cause", "amount", "words")


class Listing:
    """What was found: how many, and the sums by currency, and by currency and cause. In words."""

    def __init__(self, period: str) -> None:
        self.period = period
        self.found = 0
        self.unrated = 0
        self.sums: dict[str, Money] = {}
        self.causes: dict[str, dict[str, Money]] = defaultdict(dict)
        self.begin()

    def add(self, finding: Finding | Unrated) -> None:
        from broadbill.billing.domain.audit import Unrated

        if isinstance(finding, Unrated):
            self.unrated += 1
            self.tell_unrated(finding)
            return
        self.found += 1
        code = finding.owed.currency.code
        _add(self.sums, code, finding.difference)
        for cause in finding.causes:
            _add(self.causes[code], cause.kind, cause.amount)
        self.tell(finding)

    def begin(self) -> None:
        """Before the first finding."""

    def tell(self, finding: Finding) -> None:
        causes = "; ".join(f"{cause.amount} {cause.words}" for cause in finding.causes)
        print(
            f"{finding.account} {finding.name}: billed {finding.billed}, owes {finding.owed},"
            f" difference {finding.difference}: {causes}"
        )

    def tell_unrated(self, unrated: Unrated) -> None:
        print(f"{unrated.account} {unrated.name}: cannot be audited: {unrated.reason}", file=sys.stderr)

    def end(self, runs: list[RunSummary]) -> None:
        if not self.found and not self.unrated:
            print(f"Everybody was billed for {self.period} what they owe.")
        if self.found:
            print(f"{self.found:,} accounts were billed something else than they owe.")
        for code, total in sorted(self.sums.items()):
            causes = ", ".join(f"{kind} {amount}" for kind, amount in sorted(self.causes[code].items()))
            print(f"{code} {total} in all: {causes.replace('_', ' ')}.")
        for run in runs:
            for row in run.totals:
                print(
                    f"Run {run.run}: {row.documents:,} documents, {row.total.currency.code} {row.subtotal} net,"
                    f" {row.tax} tax, {row.total} in total."
                )
            for account in run.skipped:
                print(f"Skipped {account.account}: {account.reason}", file=sys.stderr)


class JsonListing(Listing):
    """One object; its findings are written one by one."""

    def begin(self) -> None:
        sys.stdout.write(f'{{"period": {json.dumps(self.period)}, "findings": [')

    def tell(self, finding: Finding) -> None:
        told = {
            "account": finding.account,
            "name": finding.name,
            "billed": str(finding.billed),
            "owed": str(finding.owed),
            "difference": str(finding.difference),
            "currency": finding.owed.currency.code,
            "causes": [
                {"kind": cause.kind, "amount": str(cause.amount), "words": cause.words}
                for cause in finding.causes
            ],
        }
        sys.stdout.write(("" if self.found == 1 else ",") + "\n" + json.dumps(told, ensure_ascii=False))

    def end(self, runs: list[RunSummary]) -> None:
        told = {
            "accounts": self.found,
            "unrated": self.unrated,
            "totals": _plain(self.sums),
            "causes": {code: _plain(sums) for code, sums in self.causes.items()},
            "runs": [run.run for run in runs],
            "documents": sum(run.documents for run in runs),
            "skipped": [
                {"account": skipped.account, "reason": skipped.reason}
                for run in runs
                for skipped in run.skipped
            ],
        }
        sys.stdout.write("\n], " + json.dumps(told, ensure_ascii=False)[1:] + "\n")


class CsvListing(Listing):
    """One row a cause, with the account's figures on each. Everything else goes to standard error."""

    def begin(self) -> None:
        self._rows = csv.writer(sys.stdout)
        self._rows.writerow(COLUMNS)

    def tell(self, finding: Finding) -> None:
        amounts = (finding.billed, finding.owed, finding.difference)
        head = (finding.account, finding.name, finding.owed.currency.code, *map(str, amounts))
        self._rows.writerows((*head, cause.kind, str(cause.amount), cause.words) for cause in finding.causes)

    def end(self, runs: list[RunSummary]) -> None:
        for run in runs:
            print(f"Run {run.run}: {run.documents:,} documents.", file=sys.stderr)
            for account in run.skipped:
                print(f"Skipped {account.account}: {account.reason}", file=sys.stderr)


FORMS = {"words": Listing, "json": JsonListing, "csv": CsvListing}


def _add(sums: dict[str, Money], key: str, amount: Money) -> None:
    sums[key] = sums[key] + amount if key in sums else amount


def _plain(sums: Mapping[str, Money]) -> dict[str, str]:
    return {key: str(amount) for key, amount in sorted(sums.items())}
