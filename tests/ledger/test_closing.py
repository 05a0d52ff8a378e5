"""A closed month takes nothing any more, and nothing is lost by it."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from broadbill.billing.models import Document
from broadbill.billing.operations.drafts import ask_draft
from broadbill.contracts.operations.changes import cancel
from broadbill.core.period import Period
from broadbill.kernel.models import Event
from broadbill.ledger.domain.chart import DEFERRED_REVENUE, RECEIVABLES, REVENUE
from broadbill.ledger.domain.errors import BooksAreClosed, BooksDoNotBalance, MonthAlreadyClosed, MonthNotOver
from broadbill.ledger.models import Closing, JournalEntry
from broadbill.ledger.operations.closing import close_month
from broadbill.ledger.operations.recognition import recognise
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.models import Payment
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on, pay

JANUARY = Period.month(on("2026-01-15"))


def close(today: str = "2026-02-03", month: Period = JANUARY) -> None:
    close_month(month=month, today=on(today), now=at(today), actor=ACTOR)


def balances(day: str) -> dict[int, str]:
    return {row.code: str(row.balance) for row in trial_balance(as_of=on(day))}


@pytest.mark.django_db
class TestClosing:
    def test_earns_the_month_s_revenue_first(self) -> None:
        a_subscription(an_account(), a_plan(amount="31.00"), "2026-01-01")
        bill_through("2026-01-01")

        close()

        assert balances("2026-01-31") == {RECEIVABLES: "31.00", DEFERRED_REVENUE: "0.00", REVENUE: "-31.00"}
        assert (
            Event.objects.filter(verb="books.closed").values_list("object_id", flat=True).get() == "2026-01"
        )

    def test_a_month_that_is_not_over_stays_open(self) -> None:
        with pytest.raises(MonthNotOver, match="2026-01 is not over: it can be closed from 2026-02-01 on"):
            close(today="2026-01-31")

    def test_the_same_month_again_changes_nothing(self) -> None:
        close()
        close()

        assert Closing.objects.count() == 1

    def test_an_earlier_month_is_closed_with_a_later_one(self) -> None:
        close(today="2026-03-01", month=Period.month(on("2026-02-01")))

        with pytest.raises(MonthAlreadyClosed, match="closed through 2026-02-28"):
            close()

    def test_books_that_are_wrong_are_not_closed(self, superuser_rows: None) -> None:
        with pytest.raises(BooksDoNotBalance, match="sum to 100 minor units"):
            close()

        assert not Closing.objects.exists()

    @pytest.fixture
    def superuser_rows(self) -> None:
        """An entry that does not balance, as only a superuser could write it."""
        with connection.cursor() as cursor:
            for table in ("ledger_journalentry", "ledger_posting"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(
                "INSERT INTO ledger_journalentry (posted_on, kind, reference, currency, posting_count, recorded_at)"
                " VALUES ('2026-01-05', 'payment', '', 'EUR', 2, now()) RETURNING id"
            )
            entry_id = cursor.fetchone()[0]
            cursor.execute(
                "INSERT INTO ledger_posting (entry_id, number, ledger_account_id, amount)"
                " VALUES (%s, 1, 1000, 150), (%s, 2, 1020, -50)",
                [entry_id, entry_id],
            )


@pytest.mark.django_db
class TestAClosedMonth:
    def test_takes_no_entry_whoever_writes_it(self) -> None:
        close()

        with (
            pytest.raises(
                IntegrityError, match="closed through 2026-01-31: nothing can be posted on 2026-01-31"
            ),
            transaction.atomic(),
        ):
            JournalEntry.objects.create(
                posted_on=on("2026-01-31"),
                kind="payment",
                currency="EUR",
                posting_count=2,
                recorded_at=at("2026-02-03"),
            )

    def test_a_closing_cannot_be_taken_back(self) -> None:
        close()

        for change in ("UPDATE ledger_closing SET closed_by = 'x'", "DELETE FROM ledger_closing"):
            with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
                connection.cursor().execute(change)

    def test_a_payment_found_later_keeps_its_day_and_is_booked_on_the_first_open_one(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(), "2026-01-01")
        bill_through("2026-01-01")
        close()

        pay(account, "30.00", "2026-01-20")

        payment = Payment.objects.select_related("entry").get()
        assert (payment.received_on, payment.entry.posted_on) == (date(2026, 1, 20), date(2026, 2, 1))

    def test_a_cancellation_known_later_is_credited_and_unearned_in_the_open_month(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(amount="31.00"), "2026-01-01")
        bill_through("2026-01-01")
        close()

        cancel(subscription_id=subscription, on=on("2026-01-11"), now=at("2026-02-05"), actor=ACTOR)
        bill_through("2026-02-05")
        recognise(through=on("2026-02-05"), now=at("2026-02-06"))

        assert Document.objects.latest("id").issued_on == on("2026-02-05")
        assert balances("2026-01-31")[REVENUE] == "-31.00"
        # Ten days of January were owed.
        assert balances("2026-02-05") == {RECEIVABLES: "10.00", DEFERRED_REVENUE: "0.00", REVENUE: "-10.00"}

    def test_bills_cannot_be_dated_in_it(self) -> None:
        a_subscription(an_account(), a_plan(), "2026-01-01")
        close()

        with pytest.raises(BooksAreClosed, match="Take a later day than 2026-01-31"):
            bill_through("2026-01-31")
        with pytest.raises(BooksAreClosed):
            ask_draft(through=on("2026-01-31"), above=None, actor=ACTOR, now=at("2026-02-01"))

        assert bill_through("2026-02-01").documents.count() == 1


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_what_is_being_posted() -> None:
    a_subscription(an_account(), a_plan(amount="31.00"), "2026-01-01")
    posted, may_commit = threading.Event(), threading.Event()

    def bill_slowly() -> None:
        try:
            with transaction.atomic():
                bill_through("2026-01-01")
                posted.set()
                assert may_commit.wait(20)
        finally:
            connection.close()

    def close_then_leave() -> None:
        try:
            close()
        finally:
            connection.close()

    biller, closer = threading.Thread(target=bill_slowly), threading.Thread(target=close_then_leave)
    biller.start()
    assert posted.wait(20)
    closer.start()
    closer.join(0.5)
    assert closer.is_alive()
    may_commit.set()
    biller.join(20)
    closer.join(20)

    assert Closing.objects.count() == 1
    assert balances("2026-01-31")[RECEIVABLES] == "31.00"
