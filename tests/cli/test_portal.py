"""`broadbill portal` as a program."""

from __future__ import annotations

import pytest

from tests.cli.first_day import first_day
from tests.databases import broadbill, database, run

pytestmark = pytest.mark.slow


def test_a_customer_is_invited_by_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    with database("broadbill_portal") as name:
        first_day(name)

        nowhere = broadbill("portal", "invite", "1001", "--email", "a@home.example", on=name)
        monkeypatch.setenv("BROADBILL_PUBLIC_URL", "https://my.lakeside.example")
        invited = run(name, "portal", "invite", "1001", "--email", "a@home.example")
        unknown = broadbill("portal", "invite", "no-such", on=name)
        staff = run(name, "user", "list")

    assert (nowhere.returncode, "set BROADBILL_PUBLIC_URL" in nowhere.stderr) == (1, True)
    assert invited == "a@home.example gets a letter with a link, good for three days.\n"
    assert (unknown.returncode, "There is no account no-such" in unknown.stderr) == (1, True)
    assert staff == ""
