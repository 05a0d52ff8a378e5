"""One story for every gateway: what the operations rely on holds, whoever moves the money."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from broadbill.payments.adapters.gateways import gateway_named
from broadbill.payments.domain.gateway import (
    ChargeRequest,
    ChargeSeen,
    Gateway,
    GatewayRefused,
    MethodSeen,
    NewsKind,
    Outcome,
    OutcomeUnknown,
    RefundRequest,
    SetupRequest,
    WebhookRefused,
)
from tests.payments.gateways import Elsewhere, GoCardlessEnd, SandboxEnd, StripeEnd
from tests.standins import gocardless, stripe
from tests.world import at, euro

pytestmark = pytest.mark.django_db
# Where the continuous integration lacks localstripe, its part fails.
WITH_STRIPE = pytest.param("stripe", marks=pytest.mark.skipif(
    not stripe.PROGRAM.exists() and os.environ.get("CI") != "true",
    reason="no localstripe: `make test` installs it",
))  # fmt: skip


@pytest.fixture(scope="module")
def standins() -> Iterator[dict[str, Any]]:
    """What was started, by name: localstripe only once it is asked for."""
    started: dict[str, Any] = {}
    yield started
    for standin, running in started.values():
        del standin
        running.__exit__(None, None, None)


@pytest.fixture(params=["sandbox", WITH_STRIPE, "gocardless"])
def elsewhere(request: pytest.FixtureRequest, standins: dict[str, Any], settings: Any) -> Elsewhere:
    name = request.param
    settings.GATEWAYS = [name]
    if name == "sandbox":
        return SandboxEnd()
    if name not in standins:
        running = {"stripe": stripe, "gocardless": gocardless}[name].running()
        standins[name] = (running.__enter__(), running)
    standin = standins[name][0]
    standin.silence = ""
    return StripeEnd(standin, settings) if name == "stripe" else GoCardlessEnd(standin, settings)


@pytest.fixture
def gateway(elsewhere: Elsewhere) -> Gateway:
    return gateway_named(elsewhere.name)


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """A stand-in remembers keys for the whole module."""
    return str(request.node.name)


@pytest.fixture
def method(gateway: Gateway, elsewhere: Elsewhere, key: str) -> MethodSeen:
    asked = SetupRequest(key=f"{key}-save", account="7", name="Amina", email="amina@home.example", customer="",
                         currency="EUR", return_url="https://isp.example/back/")  # fmt: skip
    begun = gateway.begin_setup(asked)
    assert (begun.outcome, bool(begun.next_url), begun.method) == (Outcome.CHALLENGE, True, None)
    assert gateway.read_setup(begun.reference).outcome is Outcome.CHALLENGE
    elsewhere.save(begun.reference)
    seen = gateway.read_setup(begun.reference)
    assert (seen.outcome, seen.account) == (Outcome.SUCCEEDED, "7")
    assert seen.method is not None
    return seen.method


def ask(method: MethodSeen, key: str, amount: str = "30.00") -> ChargeRequest:
    return ChargeRequest(key=key, amount=euro(amount), customer=method.customer, method=method.reference,
                         description="Account A-1", off_session=True)  # fmt: skip


@pytest.fixture
def paid(gateway: Gateway, elsewhere: Elsewhere, method: MethodSeen, key: str) -> ChargeSeen:
    elsewhere.clear(gateway.charge(ask(method, key)).reference)
    seen = gateway.find_charge(key=key, reference="", customer=method.customer)
    assert seen is not None
    assert (seen.outcome, seen.amount, seen.key) == (Outcome.SUCCEEDED, euro("30.00"), key)
    return seen


def test_a_method_is_known_by_no_more_than_its_end(gateway: Gateway, method: MethodSeen) -> None:
    assert gateway.read_method(method.reference) == method
    assert len(method.last_four) <= 4


def test_a_forgotten_method_is_none_and_is_not_charged(
    gateway: Gateway, method: MethodSeen, key: str
) -> None:
    gateway.forget_method(method.reference)

    assert gateway.read_method(method.reference) is None
    with pytest.raises(GatewayRefused):
        gateway.charge(ask(method, key))


def test_a_key_charges_once(gateway: Gateway, method: MethodSeen, paid: ChargeSeen, key: str) -> None:
    assert gateway.charge(ask(method, key)).reference == paid.reference
    assert gateway.find_charge(key="", reference=paid.reference) == paid


@pytest.mark.parametrize(("moment", "was_made"), [("before", False), ("after", True)])
def test_silence_is_unknown_and_can_be_asked_about(
    gateway: Gateway, elsewhere: Elsewhere, method: MethodSeen, key: str, moment: str, was_made: bool
) -> None:
    elsewhere.fall_silent(method.reference, moment)
    with pytest.raises(OutcomeUnknown):
        gateway.charge(ask(method, key))
    elsewhere.speak(method.reference)

    found = gateway.find_charge(key=key, reference="", customer=method.customer)
    assert (found is not None) is was_made
    again = gateway.charge(ask(method, key))
    assert found is None or again.reference == found.reference


def test_a_refund_is_made_once_and_never_of_more_than_the_charge(
    gateway: Gateway, paid: ChargeSeen, key: str
) -> None:
    asked = RefundRequest(key=f"{key}-back", charge=paid.reference, amount=euro("10.00"))
    first, again = gateway.refund(asked), gateway.refund(asked)

    assert (first.outcome, first.amount) == (Outcome.SUCCEEDED, euro("10.00"))
    assert first == again == gateway.find_refund(key="", reference=first.reference, charge="")
    assert gateway.find_refund(key=f"{key}-back", reference="", charge=paid.reference) == first
    with pytest.raises(GatewayRefused):
        gateway.refund(RefundRequest(key=f"{key}-more", charge=paid.reference, amount=euro("20.01")))


def test_a_dispute_is_open_and_then_won(gateway: Gateway, elsewhere: Elsewhere, paid: ChargeSeen) -> None:
    reference = elsewhere.dispute(paid.reference, 3000)
    seen = gateway.read_dispute(reference)
    assert seen is not None
    assert (seen.charge, seen.amount, seen.state) == (paid.reference, euro("30.00"), "open")

    elsewhere.win(paid.reference, reference)
    won = gateway.read_dispute(reference)
    assert won is not None
    assert won.state == "won"


def test_what_it_does_not_have_is_none(gateway: Gateway) -> None:
    assert gateway.find_charge(key="", reference="none") is None
    assert gateway.find_refund(key="", reference="none", charge="") is None
    assert gateway.read_dispute("none") is None
    assert gateway.read_method("none") is None


@pytest.mark.parametrize("kind", ["charge", "refund", "dispute", "method", "setup"])
def test_news_name_what_to_ask_about(gateway: Gateway, elsewhere: Elsewhere, kind: str) -> None:
    body, headers = elsewhere.webhook(kind, "x1", "evt_1")

    [told] = gateway.read_webhook(body=body, headers=headers, now=at("2026-01-11"))
    assert (told.event, told.kind, told.reference) == ("evt_1", NewsKind(kind), "x1")
    with pytest.raises(WebhookRefused):
        gateway.read_webhook(body=body + b" ", headers=headers, now=at("2026-01-11"))
    with pytest.raises(WebhookRefused):
        gateway.read_webhook(body=body, headers={}, now=at("2026-01-11"))
