"""The process is killed at every moment around a gateway's call: each charge and refund exists exactly once."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.databases import broadbill, database, environment

pytestmark = pytest.mark.slow
REQUESTS = 4 * 28


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
def test_every_charge_and_refund_exists_once_at_the_gateway_and_once_in_the_books() -> None:
    with database("broadbill_killed_charges") as name:
        assert broadbill("migrate", on=name).returncode == 0
        done = subprocess.run(
            [sys.executable, "-m", "tests.payments.killed_charges"],
            env={**environment(name), "BROADBILL_GATEWAYS": "sandbox"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "kills": 2 * REQUESTS,
        "charges": REQUESTS,
        "charges_succeeded": REQUESTS,
        "gateway_charges": REQUESTS,
        "payments": REQUESTS,
        "refunds": REQUESTS,
        "refunds_paid": REQUESTS,
        "gateway_refunds": REQUESTS,
        "deviations": [],
    }
