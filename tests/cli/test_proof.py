"""`broadbill proof` as a program."""

from __future__ import annotations

import json

import pytest

from tests.databases import broadbill, database, rows, run

pytestmark = pytest.mark.slow


def test_compares_lists_and_settles() -> None:
    with database("broadbill_proof") as name:
        run(name, "migrate")
        clean = run(name, "proof", "run", "--since", "2026-01-01")
        rows(
            name,
            "INSERT INTO payments_gatewaymovement (gateway, reference, kind, source, amount, fee, currency, at)"
            " VALUES ('stripe', 'txn_1', 'charge', 'pi_1', 500, 0, 'EUR', now()) RETURNING id",
        )
        found = broadbill("proof", "run", on=name)
        [(recorded, sealed)] = rows(
            name, "SELECT (SELECT max(id) FROM event), (SELECT max(last_event_id) FROM event_seal)"
        )
        [listed] = json.loads(run(name, "proof", "list", "--json"))
        settled = run(name, "proof", "settle", str(listed["finding"]), "--note", "of the shop")
        after = run(name, "proof", "run")
        in_words = run(name, "proof", "list", "--settled")
        unknown = broadbill("proof", "settle", "99", "--note", "x", on=name)

    assert "Everything matches." in clean
    assert (found.returncode, "1 findings are open, 1 new" in found.stdout) == (1, True)
    assert recorded == sealed
    assert (listed["subject"], listed["words"]) == ("stripe charge pi_1", "5.00 EUR that nothing here is for")
    assert "is settled: of the shop" in settled
    assert "Everything matches." in after
    assert "settled by command:proof: of the shop" in in_words
    assert (unknown.returncode, "No finding 99 is open" in unknown.stderr) == (1, True)
