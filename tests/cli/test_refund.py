"""`broadbill refund` with refunds that go back to a card."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from broadbill.cli.refund import Way, approve, pay_back
from broadbill.payments.adapters.sandbox import Sandbox
from broadbill.payments.domain.gateway import GatewayRefused, OutcomeUnknown, RefundRequest
from broadbill.payments.models import Refund
from broadbill.payments.operations.card_refunds import refund_to_cards
from tests.payments.cards import a_card, charge
from tests.world import an_account, at, euro, on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The commands work on the test's own database, with the sandbox set up."""
    monkeypatch.setattr("broadbill.cli.session.open_session", lambda: None)
    settings.GATEWAYS = ["sandbox"]


@pytest.fixture
def waiting() -> int:
    """A refund of 10.00 to the card, above what a clerk may give back alone."""
    account = an_account()
    charge(a_card(account), "40.00", "2026-01-10")
    [row] = refund_to_cards(
        account_id=account, amount=euro("10.00"), reason="too much", key="r", on=on("2026-01-15"),
        now=at("2026-01-15"), actor="user:2", limit=euro("5.00"),
    )  # fmt: skip
    return int(row.pk)


def gateway_raises(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refund(_: Sandbox, __: RefundRequest) -> None:
        raise error

    monkeypatch.setattr(Sandbox, "refund", refund)


def test_one_that_is_agreed_to_goes_to_the_card_at_once(
    waiting: int, capsys: pytest.CaptureFixture[str]
) -> None:
    approve(waiting)

    row = Refund.objects.get()
    assert row.state == "paid"
    assert capsys.readouterr().out == f"{row.number}: paid on {row.paid_on}.\n"


def test_one_without_an_answer_is_on_its_way(
    waiting: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway_raises(monkeypatch, OutcomeUnknown("silent"))

    approve(waiting)

    assert capsys.readouterr().out == f"Refund {waiting} by card: sending.\n"


def test_one_that_the_gateway_refuses_is_told_and_ends_with_1(
    waiting: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway_raises(monkeypatch, GatewayRefused(gateway="sandbox", reason="too old"))

    with pytest.raises(typer.Exit) as ended:
        approve(waiting)

    assert ended.value.exit_code == 1
    assert capsys.readouterr().out == f"Refund {waiting} by card: refused, {Refund.objects.get().note}.\n"


def test_a_refund_by_card_that_is_refused_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = an_account(number="A-1")
    charge(a_card(account), "40.00", "2026-01-10")
    gateway_raises(monkeypatch, GatewayRefused(gateway="sandbox", reason="too old"))

    with pytest.raises(typer.Exit) as ended:
        pay_back("A-1", "10.00", method=Way.CARD, reason="too much")

    assert ended.value.exit_code == 1
    assert capsys.readouterr().out == "10.00 EUR to 1 card charges: refused.\n"
