"""A price typed wrong for 5,000 customers and three months, put right by one command."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.databases import broadbill, database, environment, rows

CUSTOMERS = 5000
AUDIT = ("audit", "--period", "2026-10")

BALANCES = """
SELECT balance, count(*) FROM (SELECT account_id, sum(amount) AS balance FROM ledger_posting
                               WHERE account_id IS NOT NULL GROUP BY account_id) AS balances
GROUP BY balance ORDER BY balance
"""
NOTES = """
SELECT count(*), sum(total)::int, min(cardinality(corrects)), bool_and(issued_on >= current_date - 1)
FROM billing_document WHERE kind = 'credit_note'
"""


@pytest.fixture(scope="module")
def billed_wrong() -> Iterator[str]:
    """Fiber was typed as 30.00 and should have been 27.50; every second customer has television for 12.34 too."""
    with database("broadbill_audited") as name:
        done("migrate", on=name)
        filling = [sys.executable, "-m", "tests.billing.many_accounts", str(CUSTOMERS), "2026-08-01"]
        subprocess.run(filling, env=environment(name), check=True)
        for month in ("2026-08-01", "2026-09-01", "2026-10-01"):
            done("bill", "--through", month, "--workers", "2", on=name)
        yield name


def done(*arguments: str, on: str) -> str:
    told = broadbill(*arguments, on=on)
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_a_wrong_price_of_thousands_is_listed_totalled_and_put_right_once(billed_wrong: str) -> None:
    assert done(*AUDIT, on=billed_wrong) == "Everybody was billed for 2026-10 what they owe.\n"
    done("plan", "price", "fiber", "access", "27.50", "--from", "beginning", on=billed_wrong)

    listed = broadbill(*AUDIT, "--csv", "--workers", "2", on=billed_wrong)

    assert listed.returncode == 1
    found = list(csv.DictReader(io.StringIO(listed.stdout)))
    assert [row["account"] for row in found] == [f"B{n:06d}" for n in range(CUSTOMERS)]
    assert {tuple(list(row.values())[2:]) for row in found} == {
        ("EUR", "30.00", "27.50", "-2.50", "price", "-2.50", "the price of plan fiber was changed"),
        ("EUR", "42.34", "39.84", "-2.50", "price", "-2.50", "the price of plan fiber was changed"),
    }

    corrected = broadbill(*AUDIT, "--correct", "--workers", "2", on=billed_wrong)

    # 5,000 × 2.50 in October; 5,000 × 3 × 2.50 in all months, as an account is put right as a whole.
    assert corrected.returncode == 0, corrected.stderr
    assert corrected.stdout.splitlines()[-3:] == [
        "5,000 accounts were billed something else than they owe.",
        "EUR -12500.00 in all: price -12500.00.",
        "Run 4: 5,000 documents, EUR -37500.00 net, 0.00 tax, -37500.00 in total.",
    ]
    assert rows(billed_wrong, NOTES) == [(CUSTOMERS, -3_750_000, 3, True)]
    # 3 × 27.50, and 3 × (27.50 + 12.34).
    assert rows(billed_wrong, BALANCES) == [(8250, CUSTOMERS // 2), (11952, CUSTOMERS // 2)]

    again = json.loads(done("audit", "--period", "2026-08..2026-10", "--correct", "--json", on=billed_wrong))
    assert (again["findings"], again["runs"], again["documents"]) == ([], [], 0)
    assert rows(billed_wrong, NOTES) == [(CUSTOMERS, -3_750_000, 3, True)]
    assert json.loads(done("verify", "--json", on=billed_wrong)) == {"documents": 20_000, "deviations": []}


@pytest.mark.parametrize("period", ["2026-13", "October", "2026-10..2026-08", ""])
def test_a_period_that_is_none_is_refused_in_one_line(billed_wrong: str, period: str) -> None:
    refused = broadbill("audit", "--period", period, on=billed_wrong)

    assert refused.returncode == 2
    assert refused.stderr == (
        f"broadbill: --period: {period!r} is not a month such as 2026-10, nor months such as 2026-08..2026-10.\n"
    )
