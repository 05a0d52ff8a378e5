"""GoCardless end to end: the official library over HTTP against a stand-in of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.adapters.gateways import gateway_named
from broadbill.payments.models import CardCharge, Chargeback, OpenItem, Payment, SavedMethod, Webhook
from broadbill.payments.operations.autopay import charge_what_is_due
from broadbill.payments.operations.daily_proof import prove
from broadbill.payments.operations.saved_methods import begin_saving
from broadbill.payments.operations.webhooks import take_in_webhook, work_off_waiting
from broadbill.payments.queries.verify import verify_payments
from tests.standins import gocardless
from tests.world import a_plan, a_subscription, an_account, at, bill_through, euro, on

pytestmark = pytest.mark.django_db


@pytest.fixture
def standin(settings: Any) -> Iterator[gocardless.StandIn]:
    with gocardless.running() as running:
        settings.GATEWAYS = ["gocardless"]
        settings.GOCARDLESS_TOKEN, settings.GOCARDLESS_WEBHOOK_SECRET = gocardless.TOKEN, gocardless.SECRET
        settings.GOCARDLESS_ADDRESS = running.address
        yield running


@pytest.fixture
def debtor(standin: gocardless.StandIn) -> int:
    """Owes 30.00, due on 1 January, and gave a mandate without coming back from the page."""
    account = an_account(terms_days=0)
    a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
    bill_through("2026-01-01")
    begun = begin_saving(account_id=account, name="Amina", email="a@home.example", return_url="https://x/")
    told(standin.sign_mandate(begun.reference))
    return account


def told(*events: dict[str, Any]) -> bool:
    body, headers = gocardless.webhook(*events)
    kept = take_in_webhook(gateway="gocardless", body=body, headers=headers, now=at("2026-01-08"))
    work_off_waiting(now=at("2026-01-08"))
    return kept


def debited() -> str:
    """The payment that autopay asked for."""
    charge_what_is_due(on=on("2026-01-02"), now=at("2026-01-02"), zone="UTC")
    asked = CardCharge.objects.get()
    assert asked.state == "pending"
    return asked.reference


def owed(account: int) -> int:
    return sum(OpenItem.objects.filter(account_id=account).values_list("open", flat=True))


def test_a_debit_is_pending_for_days_and_booked_when_it_is_confirmed(
    standin: gocardless.StandIn, debtor: int
) -> None:
    saved = SavedMethod.objects.get()
    assert (saved.account_id, saved.kind, saved.brand, saved.last_four) == (
        debtor, "direct_debit", "Barclays", "11",
    )  # fmt: skip
    reference = debited()
    assert owed(debtor) == 3000
    # No second debit while the first is pending.
    charge_what_is_due(on=on("2026-01-05"), now=at("2026-01-05"), zone="UTC")
    assert len(standin.things["payments"]) == 1

    # One webhook of two events, that comes twice.
    events = [standin.tell(reference, "submitted"), standin.tell(reference, "confirmed")]
    assert [told(*events), told(*events)] == [True, False]

    assert (owed(debtor), Payment.objects.count(), Webhook.objects.count()) == (0, 1, 3)
    assert list(verify_payments()) == []


def test_a_failure_says_why_and_a_mandate_that_is_over_is_not_debited_again(
    standin: gocardless.StandIn, debtor: int
) -> None:
    told(standin.tell(debited(), "failed", cause="mandate_cancelled"))

    assert (CardCharge.objects.get().decline, SavedMethod.objects.get().state) == ("no_mandate", "failed")


@pytest.mark.parametrize(
    ("status", "action", "state"),
    [("failed", "late_failure_settled", "lost"), ("charged_back", "charged_back", "open")],
)
def test_money_that_goes_again_reopens_the_bill(
    standin: gocardless.StandIn, debtor: int, status: str, action: str, state: str
) -> None:
    reference = debited()
    told(standin.tell(reference, "confirmed"))
    assert owed(debtor) == 0

    told(standin.tell(reference, status, action=action))

    assert (Chargeback.objects.get().state, owed(debtor)) == (state, 3000)
    assert list(verify_payments()) == []


def test_a_cancelled_chargeback_pays_again(standin: gocardless.StandIn, debtor: int) -> None:
    reference = debited()
    told(standin.tell(reference, "confirmed"))
    told(standin.tell(reference, "charged_back"))

    told(standin.tell(reference, "paid_out", action="chargeback_cancelled"))

    assert (Chargeback.objects.get().state, owed(debtor)) == ("won", 0)
    assert list(verify_payments()) == []


def test_its_account_is_told_by_payouts_and_adds_up(standin: gocardless.StandIn) -> None:
    """30.00 + 20.00 came, 10.00 went back, the fee is 0.305: the payout of 39.69 is what counts, so it cost 0.31."""
    standin.pay_out(
        ("payment_paid_out", 3000, {"payment": "PM1"}), ("payment_paid_out", 2000, {"payment": "PM2"}),
        ("refund", -1000, {"payment": "PM1", "refund": "RF1"}),
        fee="-30.5", amount=3969, at="2026-01-09T10:00:00.000Z",
    )  # fmt: skip
    standin.pay_out(fee="0.0", amount=0, at="2026-02-09T10:00:00.000Z")

    found = list(gateway_named("gocardless").movements(since=at("2026-01-01"), until=at("2026-02-01")))

    assert [(one.kind, one.source, one.amount) for one in found] == [
        ("charge", "PM1", euro("30.00")), ("charge", "PM2", euro("20.00")), ("refund", "RF1", euro("-10.00")),
        ("fee", "", euro("-0.31")), ("payout", "PO000001", euro("-39.69")),
    ]  # fmt: skip
    assert sum(one.amount.minor for one in found) == 0


def test_the_daily_proof_books_its_fee_and_payout(standin: gocardless.StandIn, debtor: int) -> None:
    reference = debited()
    told(standin.tell(reference, "confirmed"))
    standin.pay_out(
        ("payment_paid_out", 3000, {"payment": reference}),
        fee="-30.5",
        amount=2969,
        at="2026-01-09T10:00:00.000Z",
    )

    proof = prove(now=at("2026-01-12"), actor="system:proof")
    again = prove(now=at("2026-01-13"), actor="system:proof")

    balances = {row.name: str(row.balance) for row in trial_balance(as_of=on("2026-12-31"))}
    # 30.00 came, 0.31 was kept, 29.69 was paid out.
    assert (balances["Bank"], balances["Gateway fees"], balances["Payment gateways"]) == (
        "29.69",
        "0.31",
        "0.00",
    )
    assert (proof.open, proof.booked, again.booked) == (0, 2, 0)
