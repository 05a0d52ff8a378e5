"""A run is killed again and again; what stands in the end is what an undisturbed run gives."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.databases import broadbill, database, environment, rows

ACCOUNTS = 1500
KILLS = 50

DOCUMENTS = """
SELECT document.number, account.number, document.kind, document.issued_on, document.subtotal, document.total,
       document.due, string_agg(concat_ws('|', line.description, line.starts_on, line.ends_on, line.amount),
                                ';' ORDER BY line.position)
FROM billing_document AS document
JOIN accounts_account AS account ON account.id = document.account_id
JOIN billing_line AS line ON line.document_id = document.id
GROUP BY document.id, account.number ORDER BY document.number
"""

BILL = ("bill", "--through", "2026-02-01", "--chunk", "10", "--workers", "2", "--json")


@pytest.fixture(scope="module")
def template() -> Iterator[str]:
    with database("broadbill_template") as name:
        migrated = broadbill("migrate", on=name)
        assert migrated.returncode == 0, migrated.stderr
        filling = [sys.executable, "-m", "tests.billing.many_accounts", str(ACCOUNTS)]
        subprocess.run(filling, env=environment(name), check=True)
        yield name


@pytest.fixture
def undisturbed(template: str) -> Iterator[str]:
    with database("broadbill_undisturbed", template=template) as name:
        billed = broadbill(*BILL, on=name)
        assert billed.returncode == 0, billed.stderr
        yield name


class TestKilledRun:
    def test_ends_with_the_documents_of_an_undisturbed_run(self, template: str, undisturbed: str) -> None:
        moments = random.Random(20261122)
        with database("broadbill_disturbed", template=template) as disturbed:
            for _ in range(KILLS):
                _start_and_kill(disturbed, moments)
            finished = broadbill(*BILL, on=disturbed)
            assert finished.returncode == 0, finished.stderr

            assert rows(disturbed, DOCUMENTS) == rows(undisturbed, DOCUMENTS)
            verified = broadbill("verify", "--json", on=disturbed)
            assert json.loads(verified.stdout)["deviations"] == []
            assert json.loads(verified.stdout)["documents"] == ACCOUNTS

    def test_run_twice_at_once_bills_once(self, template: str, undisturbed: str) -> None:
        with database("broadbill_twice", template=template) as twice:
            both = [_start(twice) for _ in range(2)]
            results = [json.loads(process.communicate(timeout=300)[0]) for process in both]

            assert sorted(result["documents"] for result in results) == [0, ACCOUNTS]
            assert rows(twice, DOCUMENTS) == rows(undisturbed, DOCUMENTS)


def _start(name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "broadbill.cli.main", *BILL]
    return subprocess.Popen(
        command, env=environment(name), stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def _start_and_kill(name: str, moments: random.Random) -> None:
    """Half the time the whole family of processes dies, half the time only the parent."""
    process = _start(name)
    time.sleep(moments.uniform(0.4, 2.2))
    if moments.random() < 0.5:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()
