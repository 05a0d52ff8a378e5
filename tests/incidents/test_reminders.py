"""Reminders sent four times, and stops of who had paid: as others shipped them."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from broadbill.collections.models import StepTaken
from broadbill.collections.operations.policies import set_policy
from broadbill.collections.operations.run import run_collections
from broadbill.contracts.models import SubscriptionTerm
from broadbill.messaging.models import Message
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on, pay

EVERY_DAY = {"letters_on": list(range(7)), "hard_on": list(range(7))}


@pytest.fixture
def overdue() -> list[int]:
    """Eight customers owe 30.00 since 1 January; the reminder is due on the 4th, the stop on the 22nd."""
    steps = [{"day": 3, "do": "reminder"}, {"day": 10, "do": "notice"}, {"day": 21, "do": "suspend"}]
    set_policy(code="usual", detail={"steps": steps, **EVERY_DAY}, now=at("2025-12-01"), actor=ACTOR)
    plan = a_plan()
    accounts = [an_account(terms_days=0, email=f"c{number}@home.example") for number in range(8)]
    for account in accounts:
        a_subscription(account, plan, "2026-01-01")
    bill_through("2026-01-01")
    return accounts


@pytest.mark.django_db(transaction=True)
def test_fossbilling_3726_four_workers_every_minute_send_one_reminder(overdue: list[int]) -> None:
    """R53, I25: four at once, five times; one mail an invoice and step."""

    def worker() -> None:
        try:
            for minute in range(5):
                run_collections(on=on("2026-01-04"), now=at("2026-01-04") + timedelta(minutes=minute))
        finally:
            connection.close()

    workers = [threading.Thread(target=worker) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert Message.objects.filter(kind="reminder").count() == len(overdue)
    assert StepTaken.objects.count() == len(overdue)


@pytest.mark.django_db
def test_ucrm_63_a_cheque_that_was_entered_stops_the_stop(overdue: list[int]) -> None:
    """I29: warned on the 11th, a cheque on the 21st: no letter, no stop on the 22nd."""
    for day in ("2026-01-04", "2026-01-11"):
        run_collections(on=on(day), now=at(day))
    pay(overdue[0], "30.00", "2026-01-21", method="cheque")

    run_collections(on=on("2026-01-22"), now=at("2026-01-22"))

    stopped = SubscriptionTerm.objects.filter(
        superseded_at=None, state="suspended", holds__contains=on("2026-01-22")
    )
    assert set(stopped.values_list("subscription__account", flat=True)) == set(overdue[1:])
    letters = Message.objects.filter(kind="service_stopped")
    assert overdue[0] not in letters.values_list("account_id", flat=True)
