from __future__ import annotations

import pytest

from broadbill.contracts.operations.changes import cancel
from broadbill.ledger.queries.balances import receivable_balances
from broadbill.payments.domain.errors import (
    AllocationRefused,
    IdempotencyKeyReused,
    PaymentAlreadyReversed,
    PaymentRefused,
)
from broadbill.payments.models import Allocation, OpenItem, Payment
from broadbill.payments.operations.record import reverse_payment
from broadbill.payments.operations.settle import allocate, undo_allocation
from broadbill.payments.queries.statement import statement_of
from broadbill.payments.queries.verify import verify_payments
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def debtor() -> int:
    """Owes 30.00 due 15 January and 30.00 due 15 February."""
    account = an_account()
    a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
    bill_through("2026-01-01")
    bill_through("2026-02-01")
    return account


def still_open(account_id: int) -> list[int]:
    return list(OpenItem.objects.filter(account_id=account_id).order_by("id").values_list("open", flat=True))


def balance(account_id: int) -> int:
    return receivable_balances([account_id]).get(account_id, 0)


class TestRecordPayment:
    def test_settles_the_oldest_debt_first(self, debtor: int) -> None:
        pay(debtor, "40.00", "2026-02-03")

        assert still_open(debtor) == [0, 2000, 0]
        assert balance(debtor) == 2000

    def test_keeps_what_is_over_as_credit_for_the_next_invoice(self, debtor: int) -> None:
        pay(debtor, "75.00", "2026-02-03")
        assert still_open(debtor) == [0, 0, -1500]

        bill_through("2026-03-01")

        # March is 30.00, of which 15.00 were paid ahead.
        assert still_open(debtor) == [0, 0, 0, 1500]
        assert balance(debtor) == 1500

    def test_asked_twice_with_one_key_records_once(self, debtor: int) -> None:
        first = pay(debtor, "30.00", "2026-02-03", key="till-7")
        second = pay(debtor, "30.00", "2026-02-03", key="till-7")

        assert first.id == second.id
        assert Payment.objects.count() == 1
        assert balance(debtor) == 3000

    def test_refuses_a_key_that_came_with_another_amount(self, debtor: int) -> None:
        pay(debtor, "30.00", "2026-02-03", key="till-7")

        with pytest.raises(IdempotencyKeyReused, match="R-2026-000001"):
            pay(debtor, "31.00", "2026-02-03", key="till-7")

    def test_numbers_receipts_without_a_gap(self, debtor: int) -> None:
        numbers = [pay(debtor, "1.00", "2026-02-03").number for _ in range(3)]

        assert numbers == ["R-2026-000001", "R-2026-000002", "R-2026-000003"]

    @pytest.mark.parametrize(("amount", "method"), [("0.00", "cash"), ("-5.00", "cash"), ("5.00", "shells")])
    def test_refuses_nothing_less_than_nothing_and_unknown_methods(
        self, debtor: int, amount: str, method: str
    ) -> None:
        with pytest.raises(PaymentRefused):
            pay(debtor, amount, "2026-02-03", method=method)

        assert not Payment.objects.exists()


class TestReversePayment:
    def test_opens_again_what_it_settled(self, debtor: int) -> None:
        cheque = pay(debtor, "40.00", "2026-02-03", method="cheque")

        reverse_payment(
            number=cheque.number,
            reason="returned unpaid",
            reversed_on=on("2026-02-09"),
            now=at("2026-02-09"),
            actor=ACTOR,
        )

        assert still_open(debtor) == [3000, 3000, 0]
        assert balance(debtor) == 6000
        assert list(verify_payments()) == []

    def test_happens_once(self, debtor: int) -> None:
        cheque = pay(debtor, "40.00", "2026-02-03", method="cheque")
        again = {
            "number": cheque.number,
            "reason": "returned",
            "reversed_on": on("2026-02-09"),
            "actor": ACTOR,
        }
        reverse_payment(now=at("2026-02-09"), **again)

        with pytest.raises(PaymentAlreadyReversed, match="2026-02-09"):
            reverse_payment(now=at("2026-02-10"), **again)

    def test_lets_another_credit_take_its_place(self, debtor: int) -> None:
        """Invoices of 60.00; 60.00 by cheque, then 20.00 in cash waits; the cheque comes back: cash settles."""
        cheque = pay(debtor, "60.00", "2026-02-03", method="cheque")
        pay(debtor, "20.00", "2026-02-04")

        reverse_payment(
            number=cheque.number,
            reason="returned",
            reversed_on=on("2026-02-09"),
            now=at("2026-02-09"),
            actor=ACTOR,
        )

        assert still_open(debtor) == [1000, 3000, 0, 0]


class TestAllocation:
    def test_can_be_moved_by_hand_to_a_later_debt(self, debtor: int) -> None:
        pay(debtor, "30.00", "2026-02-03")
        older, newer, paid = OpenItem.objects.filter(account_id=debtor).order_by("id")

        undo_allocation(allocation_id=Allocation.objects.get().id, actor=ACTOR, now=at("2026-02-04"))
        allocate(credit_id=paid.id, debit_id=newer.id, amount=3000, actor=ACTOR, now=at("2026-02-04"))

        assert still_open(debtor) == [3000, 0, 0]
        assert older.amount == 3000
        assert list(verify_payments()) == []

    def test_refuses_more_than_is_open(self, debtor: int) -> None:
        pay(debtor, "100.00", "2026-02-03")
        older, _, paid = OpenItem.objects.filter(account_id=debtor).order_by("id")

        with pytest.raises(AllocationRefused, match="more than is open"):
            allocate(credit_id=paid.id, debit_id=older.id, amount=100, actor=ACTOR, now=at("2026-02-04"))

    def test_refuses_the_debt_of_another_account(self, debtor: int) -> None:
        stranger = an_account("A stranger")
        pay(stranger, "30.00", "2026-02-03")
        debt = OpenItem.objects.filter(account_id=debtor).earliest("id")
        money = OpenItem.objects.get(account_id=stranger)

        with pytest.raises(AllocationRefused, match="different accounts"):
            allocate(credit_id=money.id, debit_id=debt.id, amount=3000, actor=ACTOR, now=at("2026-02-04"))


class TestStatement:
    def test_tells_every_booking_with_the_balance_after_it(self, debtor: int) -> None:
        pay(debtor, "40.00", "2026-02-03")

        statement = statement_of(
            account_id=debtor, currency=euro("0").currency, starts=on("2026-01-15"), ends=on("2026-02-28")
        )

        assert str(statement.opening) == "30.00"
        assert [(row.kind, row.number, str(row.amount), str(row.balance)) for row in statement.rows] == [
            ("invoice", "2026-000002", "30.00", "60.00"),
            ("payment", "R-2026-000001", "-40.00", "20.00"),
        ]
        assert str(statement.closing) == "20.00"


class TestCreditNotes:
    """February's 30.00 is credited from its first day on, while January's is open too."""

    @pytest.fixture
    def credited(self) -> int:
        account = an_account()
        service = a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
        bill_through("2026-01-01")
        bill_through("2026-02-01")
        cancel(subscription_id=service, on=on("2026-02-01"), now=at("2026-02-02"), actor=ACTOR)
        return account

    def test_lower_the_invoice_they_correct_before_an_older_one(self, credited: int) -> None:
        bill_through("2026-02-02")

        # January, February, the note.
        assert still_open(credited) == [3000, 0, 0]

    def test_leave_in_credit_what_was_paid_of_the_invoice(self, credited: int) -> None:
        pay(credited, "50.00", "2026-02-02")
        bill_through("2026-02-02")

        # 30.00 settled January and 20.00 February, whose other 10.00 the note settles: 20.00 of it were paid.
        assert still_open(credited) == [0, 0, 0, -2000]

    def test_cannot_be_moved_to_another_debt_while_what_they_correct_is_open(self, credited: int) -> None:
        bill_through("2026-02-02")
        january, february, note = OpenItem.objects.filter(account_id=credited).order_by("id")
        undo_allocation(allocation_id=Allocation.objects.get().id, actor=ACTOR, now=at("2026-02-04"))

        with pytest.raises(AllocationRefused, match="corrects 2026-000002, which is open"):
            allocate(credit_id=note.id, debit_id=january.id, amount=3000, actor=ACTOR, now=at("2026-02-04"))
        assert still_open(credited) == [3000, 3000, -3000]

        allocate(credit_id=note.id, debit_id=february.id, amount=3000, actor=ACTOR, now=at("2026-02-04"))
        assert still_open(credited) == [3000, 0, 0]
        assert list(verify_payments()) == []

    def test_may_be_moved_once_what_they_correct_was_paid(self, credited: int) -> None:
        pay(credited, "60.00", "2026-02-02")
        bill_through("2026-02-02")
        note = OpenItem.objects.get(account_id=credited, document__isnull=False, amount__lt=0)
        undo_allocation(allocation_id=Allocation.objects.earliest("id").id, actor=ACTOR, now=at("2026-02-04"))
        january = OpenItem.objects.filter(account_id=credited).earliest("id")

        # January's 30.00 are open again; February was paid, so the note's 30.00 are the customer's to spend.
        allocate(credit_id=note.id, debit_id=january.id, amount=3000, actor=ACTOR, now=at("2026-02-04"))

        assert january.open == 3000
        assert still_open(credited) == [0, 0, -3000, 0]

    def test_come_back_to_their_invoice_when_its_money_is_taken_off_by_hand(self, credited: int) -> None:
        pay(credited, "30.00", "2026-01-20")
        pay(credited, "30.00", "2026-02-02")
        bill_through("2026-02-02")
        a_subscription(credited, a_plan("tv", "30.00"), "2026-03-01")
        bill_through("2026-03-01")
        february = OpenItem.objects.get(document__number="2026-000002")
        spent = OpenItem.objects.get(account_id=credited, document__number="2026-000003")
        assert (february.open, spent.open) == (0, 0)

        undo_allocation(
            allocation_id=Allocation.objects.get(debit=february).id, actor=ACTOR, now=at("2026-03-04")
        )

        # The note lowers February again, and the money that was taken off it is the customer's.
        february.refresh_from_db()
        spent.refresh_from_db()
        assert (february.open, spent.open) == (0, 3000)
        assert [row.open for row in OpenItem.objects.filter(kind="payment")] == [0, -3000]
        assert list(verify_payments()) == []

    def test_come_back_to_their_invoice_when_its_payment_does_not_hold(self, credited: int) -> None:
        pay(credited, "30.00", "2026-01-20")
        for_february = pay(credited, "30.00", "2026-02-02")
        bill_through("2026-02-02")
        a_subscription(credited, a_plan("tv", "12.00"), "2026-02-03")
        bill_through("2026-02-03")
        spent = still_open(credited)

        reverse_payment(
            number=for_february.number,
            reason="returned",
            reversed_on=on("2026-02-05"),
            now=at("2026-02-05"),
            actor=ACTOR,
        )

        # The note had paid 12.00 less the days before 3 February of another service; now it lowers February again.
        television = OpenItem.objects.filter(account_id=credited, kind="document").latest("id")
        assert spent[-1] == 0
        assert television.open == television.amount
        assert list(verify_payments()) == []
