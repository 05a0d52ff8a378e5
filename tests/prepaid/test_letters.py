"""What customers of prepaid plans are told by letter."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from broadbill.billing.operations.delivery import DELIVER_TASK, queue_letters
from broadbill.messaging.models import Message
from broadbill.prepaid.operations.warn import warn_of_empty_wallets
from tests.prepaid.wallets import a_prepaid_plan, draw
from tests.world import a_plan, a_subscription, an_account, at, bill_through, on, pay

pytestmark = pytest.mark.django_db


def warn(day: str) -> int:
    return warn_of_empty_wallets(on=on(day), now=at(day))


def deliver_everything() -> int:
    jobs = ProcrastinateJob.objects.filter(task_name=DELIVER_TASK)
    return sum(queue_letters(**job.args, now=at("2026-04-01")) for job in jobs)


@pytest.fixture
def reader() -> int:
    account = an_account(email="amina@example.org", language="de")
    a_subscription(account, a_prepaid_plan("monthly", "30.00", "month"), "2026-04-01")
    pay(account, "42.00", "2026-04-01")
    draw("2026-04-01")
    return account


class TestWarnOfEmptyWallets:
    def test_says_three_days_ahead_what_will_lack(self, reader: int) -> None:
        """12.00 are left of 42.00; May costs 30.00, so 18.00 lack."""
        assert warn("2026-04-27") == 0
        assert warn("2026-04-28") == 1

        message = Message.objects.get()
        assert (message.kind, message.language) == ("wallet_low", "de")
        assert "Benötigt am 1. Mai 2026: 30,00\N{NO-BREAK SPACE}€" in message.body_text
        assert "Es fehlen: 18,00\N{NO-BREAK SPACE}€" in message.body_text

    def test_says_it_once_for_each_depletion(self, reader: int) -> None:
        warned = [warn(day) for day in ("2026-04-28", "2026-04-29", "2026-04-30")]
        draw("2026-05-01")  # not begun
        warned.append(warn("2026-05-02"))
        pay(reader, "30.00", "2026-05-02")
        warned += [warn("2026-05-28"), warn("2026-05-29"), warn("2026-05-30")]

        # 42.00 - 30.00 of May's rest (29 of 31 days, 28.06) leave 13.94: June is told anew, once, on 29 May.
        assert warned == [1, 0, 0, 0, 0, 1, 0]
        assert Message.objects.count() == 2

    def test_leaves_in_peace_whose_credit_lasts(self, reader: int) -> None:
        pay(reader, "18.00", "2026-04-15")

        assert warn("2026-04-28") == 0

    def test_asks_the_database_as_often_for_many_as_for_one(
        self, reader: int, django_assert_max_num_queries: object
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from broadbill.catalog.models import Plan

        with CaptureQueriesContext(connection) as one:
            assert warn("2026-04-28") == 1
        for number in range(5):
            account = an_account(f"Reader {number}", email=f"reader{number}@example.org")
            a_subscription(account, Plan.objects.get(code="monthly"), "2026-04-28")
            pay(account, "3.00", "2026-04-28")  # 3 of 30 days of 30.00, and nothing for May
        draw("2026-04-28")
        with CaptureQueriesContext(connection) as many:
            assert warn("2026-04-28") == 5

        assert len(many) == len(one)


class TestDocumentsOfADrawDown:
    def test_are_issued_but_not_mailed_one_by_one(self, reader: int) -> None:
        assert deliver_everything() == 0
        assert Message.objects.count() == 0

    def test_are_not_mailed_either_when_a_plain_run_issued_them(self) -> None:
        account = an_account(email="amina@example.org")
        a_subscription(account, a_prepaid_plan(), "2026-04-01")
        pay(account, "5.00", "2026-04-01")
        bill_through("2026-04-01")

        assert deliver_everything() == 0

    def test_leave_others_their_letters_even_when_credit_covers_them(self) -> None:
        a_prepaid_plan()
        account = an_account(email="amina@example.org")
        a_subscription(account, a_plan(), "2026-04-01")
        pay(account, "30.00", "2026-04-01")
        bill_through("2026-04-01")

        assert deliver_everything() == 1
