"""What others' card payments showed: news that came twice at once, workers that died, challenges nobody finished."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from broadbill.contracts.operations.changes import cancel
from broadbill.payments.adapters.sandbox import Sandbox
from broadbill.payments.models import CardCharge, OpenItem, Payment, SandboxCharge, Webhook
from broadbill.payments.operations.autopay import charge_what_is_due
from broadbill.payments.operations.card_charges import settle_charge, settle_under_way
from broadbill.payments.operations.webhooks import take_in_webhook, work_off_webhook
from broadbill.payments.queries.card_charges import saved_methods
from broadbill.payments.queries.verify import verify_payments
from tests.payments.cards import a_card, charge, news
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on

pytestmark = pytest.mark.django_db
COPIES = 20


@pytest.fixture(autouse=True)
def sandbox(settings: Any) -> None:
    """The sandbox gateway is set up."""
    settings.GATEWAYS = ["sandbox"]


@pytest.fixture
def owing() -> int:
    """Owes 30.00 for January, due on 1 January."""
    account = an_account(terms_days=0)
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    return account


def open_of(account_id: int) -> int:
    """Owed by the account, in cents."""
    return sum(OpenItem.objects.filter(account_id=account_id).values_list("open", flat=True))


@pytest.mark.django_db(transaction=True)
def test_lago_3223_the_same_news_delivered_at_once_is_one_payment(owing: int) -> None:
    asked = charge(a_card(owing, "timeout_after"), "30.00", "2026-01-10")
    reference = SandboxCharge.objects.get().reference
    now = at("2026-01-10")

    def deliver(copy: int) -> bool:
        # Every second copy is another event about the same charge.
        body, headers = news("charge", reference, f"event-{copy % 2}")
        try:
            return take_in_webhook(gateway="sandbox", body=body, headers=headers, now=now)
        finally:
            connection.close()

    def work_off(webhook: int) -> None:
        try:
            work_off_webhook(webhook_id=webhook, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(COPIES) as deliveries:
        kept = list(deliveries.map(deliver, range(COPIES)))
        # Newest first, and each by ten workers at once.
        waiting = list(Webhook.objects.order_by("-id").values_list("id", flat=True))
        list(deliveries.map(work_off, waiting * 10))

    asked.refresh_from_db()
    assert (sum(kept), len(waiting)) == (2, 2)
    assert [row.amount for row in Payment.objects.all()] == [3000]
    assert (asked.state, open_of(owing), Webhook.objects.filter(worked_off_at=None).count()) == (
        "succeeded",
        0,
        0,
    )
    assert list(verify_payments()) == []


def test_lago_2825_money_taken_by_a_worker_that_died_is_recorded(owing: int) -> None:
    asked = charge(a_card(owing, "timeout_after"), "30.00", "2026-01-10")
    assert (SandboxCharge.objects.count(), Payment.objects.count(), open_of(owing)) == (1, 0, 3000)

    settle_under_way(now=at("2026-01-10") + timedelta(minutes=5))

    asked.refresh_from_db()
    assert (asked.state, Payment.objects.get().amount, open_of(owing)) == ("succeeded", 3000, 0)


def test_lago_3870_an_abandoned_challenge_fails_and_can_be_tried_again(owing: int) -> None:
    card = a_card(owing, "challenge")
    asked = charge(card, "30.00", "2026-01-10")
    assert asked.state == "challenge"

    settle_under_way(now=at("2026-01-10") + timedelta(hours=2))
    asked.refresh_from_db()
    again = charge(card, "30.00", "2026-01-11")
    SandboxCharge.objects.filter(key=again.key).update(outcome="succeeded")
    settle_under_way(now=at("2026-01-11") + timedelta(minutes=5))

    again.refresh_from_db()
    assert (asked.state, asked.decline, again.state) == ("declined", "abandoned", "succeeded")
    assert (Payment.objects.get().amount, open_of(owing)) == (3000, 0)


def test_killbill_1755_a_failed_payment_that_came_after_a_cancel_leaves_just_the_unused_part() -> None:
    account = an_account(terms_days=0)
    subscription = a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    asked = charge(a_card(account, "timeout_after"), "30.00", "2026-01-05")
    CardCharge.objects.update(state="declined", decline="never_reached")
    cancel(subscription_id=subscription, on=on("2026-01-17"), now=at("2026-01-17"), actor=ACTOR)
    bill_through("2026-01-17")
    # Used until the 16th: 30.00 * 16 / 31 = 15.48; unused 14.52.
    assert open_of(account) == 1548

    seen = Sandbox().find_charge(key=asked.key, reference="")
    assert seen is not None
    for day in ("2026-01-18", "2026-01-19"):
        settle_charge(charge_id=asked.id, seen=seen, now=at(day))

    debts = OpenItem.objects.filter(account_id=account, amount__gt=0)
    assert [item.open for item in debts] == [0]
    assert open_of(account) == -1452
    assert list(verify_payments()) == []


def test_ucrm_charging_by_itself_and_its_news_make_no_second_payment(owing: int) -> None:
    a_card(owing, autopay=True)
    now = at("2026-01-10")

    for _ in range(2):
        charge_what_is_due(on=on("2026-01-10"), now=now, zone="UTC")
    body, headers = news("charge", SandboxCharge.objects.get().reference, "late")
    take_in_webhook(gateway="sandbox", body=body, headers=headers, now=now)
    work_off_webhook(webhook_id=Webhook.objects.get().id, now=now)
    charge_what_is_due(on=on("2026-01-11"), now=now + timedelta(days=1), zone="UTC")

    assert (SandboxCharge.objects.count(), Payment.objects.count(), open_of(owing)) == (1, 1, 0)


def test_lago_4546_a_customer_has_several_payment_methods(owing: int) -> None:
    """I44: three cards, each charged when asked."""
    cards = [a_card(owing) for _ in range(3)]

    for card in cards:
        charge(card, "10.00", "2026-01-10")

    assert (len(saved_methods(account_id=owing)), open_of(owing)) == (3, 0)
