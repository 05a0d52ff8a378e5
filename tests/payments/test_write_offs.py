"""A debt that nobody expects to be paid is written off, and comes back when the money comes after all."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from broadbill.billing.models import Document
from broadbill.contracts.operations.changes import cancel
from broadbill.core.money import Currency, Money
from broadbill.identity.domain.approvals import ApprovalNeedsAnother
from broadbill.ledger.domain.chart import BAD_DEBT, RECEIVABLES
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.domain.errors import (
    AllocationRefused,
    IdempotencyKeyReused,
    WriteOffDecided,
    WriteOffRefused,
)
from broadbill.payments.models import Allocation, OpenItem, WriteOff
from broadbill.payments.operations.record import reverse_payment
from broadbill.payments.operations.settle import undo_allocation
from broadbill.payments.operations.write_offs import (
    NewWriteOff,
    approve_write_off,
    recover_write_off,
    refuse_write_off,
    request_write_off,
)
from broadbill.payments.queries.held import held_of
from broadbill.payments.queries.settlement import settlement_of
from broadbill.payments.queries.statement import statement_of
from broadbill.payments.queries.verify import verify_payments
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = pytest.mark.django_db
CLERK, OWNER = "user:2", "user:1"
EUR = Currency.of("EUR")


@pytest.fixture
def owing() -> int:
    """An account that owes 30.00 for January, and 30.00 for February."""
    account = an_account(number="W-1")
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    bill_through("2026-02-01")
    return account


def invoice(account: int, place: int = 0) -> Document:
    return Document.objects.filter(account_id=account, kind="invoice").order_by("id")[place]


def write_off(
    account: int, amount: str = "", *, day: str = "2026-03-01", key: str = "a", limit: Money | None = None
) -> WriteOff:
    asked = NewWriteOff(
        account_id=account,
        invoice=invoice(account).number,
        amount=euro(amount) if amount else None,
        reason="moved abroad",
        idempotency_key=key,
    )
    return request_write_off(write_off=asked, on=on(day), now=at(day), actor=CLERK, limit=limit)


def recover(row: WriteOff, day: str = "2026-04-01") -> None:
    recover_write_off(write_off_id=row.id, note="paid", on=on(day), now=at(day), actor=CLERK)


def open_of(account: int) -> list[int]:
    """What is open of each invoice, oldest first."""
    items = OpenItem.objects.filter(account_id=account, document__kind="invoice").order_by("document_id")
    return list(items.values_list("open", flat=True))


def books() -> tuple[str, str]:
    """Receivables and bad debt."""
    balances = {row.code: str(row.balance) for row in trial_balance(as_of=on("2026-12-31"))}
    return balances.get(RECEIVABLES, "0.00"), balances.get(BAD_DEBT, "0.00")


class TestWritingOff:
    def test_settles_the_invoice_and_is_an_expense(self, owing: int) -> None:
        row = write_off(owing)

        assert (row.state, row.amount) == ("booked", 3000)
        assert open_of(owing) == [0, 3000]
        assert books() == ("30.00", "30.00")
        assert list(verify_payments()) == []

    def test_may_be_of_a_part(self, owing: int) -> None:
        write_off(owing, "12.50")

        # 30.00 − 12.50.
        assert open_of(owing) == [1750, 3000]
        assert books() == ("47.50", "12.50")

    def test_is_never_more_than_what_is_open(self, owing: int) -> None:
        pay(owing, "20.00", "2026-02-05")

        with pytest.raises(WriteOffRefused, match=r"10\.00 EUR of .* may be written off"):
            write_off(owing, "10.01")
        write_off(owing, "10.00")
        with pytest.raises(WriteOffRefused, match=r"0\.00 EUR of"):
            write_off(owing, key="b")

    def test_is_of_the_customers_own_invoice(self, owing: int) -> None:
        stranger = an_account()
        asked = NewWriteOff(
            account_id=stranger, invoice=invoice(owing).number, reason="x", idempotency_key="x"
        )

        with pytest.raises(WriteOffRefused, match="the account has no document"):
            request_write_off(write_off=asked, on=on("2026-03-01"), now=at("2026-03-01"), actor=CLERK)

    def test_asked_for_again_with_the_same_key_is_booked_once(self, owing: int) -> None:
        assert write_off(owing, "10.00").id == write_off(owing, "10.00").id

        with pytest.raises(IdempotencyKeyReused):
            write_off(owing, "11.00")
        assert open_of(owing) == [2000, 3000]

    def test_stands_in_the_statement_and_on_the_invoice(self, owing: int) -> None:
        write_off(owing, "12.50")

        year = statement_of(account_id=owing, currency=EUR, starts=on("2026-01-01"), ends=on("2026-12-31"))
        last = year.rows[-1]
        assert (last.kind, last.number, str(last.amount), str(last.balance)) == (
            "write_off", invoice(owing).number, "-12.50", "47.50",
        )  # fmt: skip
        [settling] = settlement_of(document_id=invoice(owing).id, currency=EUR).by
        assert (settling.kind, str(settling.amount)) == ("write_off", "12.50")

    def test_is_no_payment_that_rewards_who_brought_the_customer(
        self, owing: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rewarded: list[set[int]] = []
        monkeypatch.setattr(
            "broadbill.payments.operations.settle.reward_referrals_later",
            lambda account_ids: rewarded.append(set(account_ids)),
        )

        write_off(owing)
        assert rewarded == []
        pay(owing, "30.00", "2026-03-05")
        assert rewarded == [{owing}]

    def test_does_not_become_money_for_something_else(self, owing: int) -> None:
        row = write_off(owing)
        allocation = Allocation.objects.get(credit__write_off=row)

        with pytest.raises(AllocationRefused, match="recover it instead"):
            undo_allocation(allocation_id=allocation.id, actor=CLERK, now=at("2026-03-02"))
        assert held_of(account_id=owing, currency=EUR).refundable == euro("0.00")


class TestRecovery:
    def test_a_payment_that_comes_after_all_settles_the_invoice(self, owing: int) -> None:
        row = write_off(owing)
        pay(owing, "60.00", "2026-03-20")
        # February is paid; 30.00 more is in credit.
        assert (open_of(owing), books()) == ([0, 0], ("-30.00", "30.00"))

        recover(row)

        assert (open_of(owing), books()) == ([0, 0], ("0.00", "0.00"))
        [settling] = settlement_of(document_id=invoice(owing).id, currency=EUR).by
        assert (settling.kind, str(settling.amount)) == ("payment", "30.00")
        assert list(verify_payments()) == []

    def test_without_money_the_debt_is_open_again(self, owing: int) -> None:
        recover(write_off(owing))

        assert (open_of(owing), books()) == ([3000, 3000], ("60.00", "0.00"))
        assert list(verify_payments()) == []

    def test_happens_once_and_stays(self, owing: int) -> None:
        row = write_off(owing)
        recover(row)

        with pytest.raises(WriteOffDecided, match="recovered"):
            recover(row)
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            connection.cursor().execute("UPDATE payments_writeoff SET amount = 1")

    def test_the_debt_may_be_written_off_anew(self, owing: int) -> None:
        recover(write_off(owing))
        write_off(owing, key="again", day="2026-05-01")

        assert (open_of(owing), books()) == ([0, 3000], ("30.00", "30.00"))
        assert list(verify_payments()) == []


class TestCorrections:
    def test_a_payment_taken_back_reopens_only_what_it_had_paid(self, owing: int) -> None:
        payment = pay(owing, "10.00", "2026-02-05")
        write_off(owing)
        assert books() == ("30.00", "20.00")

        reverse_payment(
            number=payment.number, reason="cheque", reversed_on=on("2026-03-05"), now=at("2026-03-05"), actor=ACTOR
        )  # fmt: skip

        assert (open_of(owing), books()) == ([1000, 3000], ("40.00", "20.00"))
        assert list(verify_payments()) == []

    def test_a_credit_note_reduces_the_debt_before_the_write_off_does(self) -> None:
        """Else a customer who never paid would be in credit for what was written off."""
        account = an_account()
        subscription = a_subscription(account, a_plan(), "2026-01-01")
        bill_through("2026-01-01")
        write_off(account, day="2026-01-10")
        cancel(subscription_id=subscription, on=on("2026-01-17"), now=at("2026-01-17"), actor=ACTOR)

        bill_through("2026-01-17")

        # 30.00 × 15 ÷ 31 = 14.516… → 14.52 is corrected; 15.48 stays a bad debt.
        assert (open_of(account), books()) == ([0], ("0.00", "15.48"))
        kinds = [one.kind for one in settlement_of(document_id=invoice(account).id, currency=EUR).by]
        assert kinds == ["document", "write_off"]
        states = list(WriteOff.objects.order_by("id").values_list("state", "amount"))
        assert states == [("recovered", 3000), ("booked", 1548)]
        assert list(verify_payments()) == []


class TestAgreement:
    def test_above_the_limit_waits_for_another_person(self, owing: int) -> None:
        row = write_off(owing, limit=euro("20.00"))
        assert (row.state, open_of(owing)) == ("requested", [3000, 3000])

        with pytest.raises(ApprovalNeedsAnother, match="another person"):
            approve_write_off(write_off_id=row.id, on=on("2026-03-02"), now=at("2026-03-02"), actor=CLERK)
        approve_write_off(write_off_id=row.id, on=on("2026-03-02"), now=at("2026-03-02"), actor=OWNER)

        assert (open_of(owing), books()) == ([0, 3000], ("30.00", "30.00"))

    def test_up_to_the_limit_is_booked_at_once(self, owing: int) -> None:
        assert write_off(owing, "20.00", limit=euro("20.00")).state == "booked"

    def test_a_limit_in_another_currency_lets_nothing_through(self, owing: int) -> None:
        assert write_off(owing, limit=Money(999_999, Currency.of("USD"))).state == "requested"

    def test_what_waits_cannot_be_asked_for_twice(self, owing: int) -> None:
        write_off(owing, "20.00", limit=euro("0.00"))

        with pytest.raises(WriteOffRefused, match=r"10\.00 EUR of"):
            write_off(owing, "20.00", key="b", limit=euro("0.00"))

    def test_a_debt_that_was_paid_meanwhile_is_not_written_off(self, owing: int) -> None:
        row = write_off(owing, limit=euro("0.00"))
        pay(owing, "25.00", "2026-03-02")

        with pytest.raises(WriteOffRefused, match=r"only 5\.00 EUR of .* is still open"):
            approve_write_off(write_off_id=row.id, on=on("2026-03-03"), now=at("2026-03-03"), actor=OWNER)

    def test_refused_leaves_the_debt_and_is_decided(self, owing: int) -> None:
        row = write_off(owing, limit=euro("0.00"))
        refuse_write_off(write_off_id=row.id, note="pays by instalments", now=at("2026-03-02"), actor=OWNER)

        assert open_of(owing) == [3000, 3000]
        with pytest.raises(WriteOffDecided, match="refused"):
            approve_write_off(write_off_id=row.id, on=on("2026-03-03"), now=at("2026-03-03"), actor=OWNER)
