"""The two maps of IBM's telco sample, against figures counted in the file by hand."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from broadbill.accounts.models import Account
from broadbill.billing.operations.run import RunRequest, bill
from broadbill.billing.queries.billed_by_term import billed_in_period, billed_in_run
from broadbill.billing.queries.runs import run_summary
from broadbill.contracts.models import Subscription, SubscriptionTerm
from broadbill.core.period import Period
from broadbill.imports.adapters.map_file import read_map
from broadbill.imports.domain.problem import Problem
from broadbill.imports.domain.summary import Summary
from broadbill.imports.operations.import_file import ImportRequest, import_file
from broadbill.ledger.models import JournalEntry

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "telco"
SAMPLE = ROOT.parent / "shared" / "data" / "telco-customers.csv"
NOW = datetime(2026, 10, 31, 9, 0, tzinfo=UTC)
EXTRAS = {"MultipleLines": "Multiple lines", "OnlineSecurity": "Online security", "OnlineBackup": "Online backup",
          "DeviceProtection": "Device protection", "TechSupport": "Tech support", "StreamingTV": "Streaming TV",
          "StreamingMovies": "Streaming movies"}  # fmt: skip

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not SAMPLE.exists(), reason="the sample file is not at hand"),
]


def taken(map_name: str) -> Summary:
    def unexpected(problem: Problem) -> None:
        raise AssertionError(problem)

    request = ImportRequest(
        path=SAMPLE, map=read_map(EXAMPLES / map_name), dry_run=False, actor="command:import"
    )
    return import_file(request=request, now=NOW, report=unexpected, progress=lambda _read, _rows: None)


def customers() -> dict[str, dict[str, str]]:
    with SAMPLE.open(encoding="utf-8", newline="") as stream:
        return {row["customerID"]: row for row in csv.DictReader(stream)}


class TestEveryone:
    def test_is_taken_with_each_agreed_price_extra_term_and_payment_method(self) -> None:
        summary = taken("everyone.toml")

        assert summary.subscriptions == {"dsl": 682, "dsl-phone": 1739, "fiber-phone": 3096, "phone": 1526}
        assert (summary.accounts, summary.closed_accounts, summary.contracts) == (7043, 0, 7043)
        assert summary.agreed_prices == {"USD": Decimal("456116.60")}
        terms = SubscriptionTerm.objects.select_related("subscription__account", "subscription__contract")
        found = {term.subscription.account.number: term for term in terms}
        for number, row in customers().items():
            term = found[number]
            agreed = term.prices["monthly"]["amount"]
            assert Decimal(agreed) == Decimal(row["MonthlyCharges"]), number
            extras = [name for column, name in EXTRAS.items() if row[column] == "Yes"]
            assert term.subscription.extras == extras, number
            assert term.subscription.contract is not None
            months = {"Month-to-month": None, "One year": 12, "Two year": 24}[row["Contract"]]
            assert term.subscription.contract.term_months == months, number
        assert Counter(Account.objects.values_list("pays_by", flat=True)) == {
            "electronic_cheque": 2365,
            "cheque": 1612,
            "direct_debit": 1544,
            "card": 1522,
        }

    def test_is_billed_to_the_cent(self) -> None:
        taken("everyone.toml")

        run = bill(request=RunRequest(through=date(2026, 11, 1), actor="command:bill"), now=NOW)

        [totals] = run_summary(run.id).totals
        assert (totals.documents, str(totals.subtotal), str(totals.tax)) == (7043, "456116.60", "0.00")


class TestCurrent:
    def test_is_billed_to_the_cent_without_those_who_left(self) -> None:
        summary = taken("current.toml")

        run = bill(request=RunRequest(through=date(2026, 11, 1), actor="command:bill"), now=NOW)

        assert (summary.accounts, summary.closed_accounts) == (7043, 1869)
        assert Subscription.objects.filter(account__status="closed").count() == 0
        [totals] = run_summary(run.id).totals
        assert (totals.documents, str(totals.subtotal)) == (5174, "316985.75")
        by_term = billed_in_run(run.id)
        assert [(row.term_months, row.documents, str(row.subtotal)) for row in by_term] == [
            (None, 2220, "136447.05"),
            (12, 1307, "81698.15"),
            (24, 1647, "98840.55"),
        ]
        assert billed_in_period(Period(date(2026, 11, 1), date(2026, 12, 1))) == by_term
        assert JournalEntry.objects.filter(kind="opening").count() == 0
