"""`broadbill dunning`: policies, whom they are for, and reference rates."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from broadbill.accounts.domain.kinds import CustomerKind
from broadbill.cli.dunning import policy, rate, show
from broadbill.collections.models import ReferenceRate
from broadbill.collections.queries.policies import policy_list
from tests.world import a_plan, a_subscription, an_account, bill_through

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands work on the test's own database."""
    monkeypatch.setattr("broadbill.cli.session.open_session", lambda: None)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_policy_is_put_in_force_and_chosen_for_a_kind_of_customer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "business.json"
    step = {"day": 30, "do": "interest", "reference": "ecb", "points": "8"}
    file.write_text(json.dumps({"steps": [step]}))
    rate("ecb", day("2026-01-01"), "2.15")

    policy("firms", file)
    policy("firms", kind=CustomerKind.BUSINESS)

    assert capsys.readouterr().out == (
        "ecb is 2.15 % a year from 2026-01-01.\n"
        "Policy firms is in force.\nCustomers that are business are chased by firms.\n"
    )
    assert policy_list()[0].kinds == ("business",)


@pytest.mark.parametrize("percent", ["much", "NaN", "1000"])
def test_a_rate_that_is_none_is_refused(percent: str) -> None:
    with pytest.raises(typer.BadParameter, match=percent):
        rate("ecb", day("2026-01-01"), percent)

    assert not ReferenceRate.objects.exists()


def test_shows_whose_turn_it_is(capsys: pytest.CaptureFixture[Any]) -> None:
    a_subscription(an_account(number="A-1", terms_days=0), a_plan(), "2026-01-01")
    bill_through("2026-01-01")

    show("A-1")

    assert "30.00 EUR overdue since 2026-01-01, policy usual.\nreminder\n" in capsys.readouterr().out
