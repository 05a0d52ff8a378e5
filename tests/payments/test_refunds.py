"""Money goes back out of what a customer paid and has in credit, once, and much of it by two people."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from broadbill.contracts.operations.account_facts import add_charge
from broadbill.contracts.operations.changes import cancel
from broadbill.core.money import Money
from broadbill.identity.domain.approvals import ApprovalNeedsAnother
from broadbill.ledger.domain.chart import BANK, CASH, RECEIVABLES
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.domain.errors import (
    IdempotencyKeyReused,
    RefundDecided,
    RefundRefused,
)
from broadbill.payments.models import OpenItem, Refund
from broadbill.payments.operations.opening import OpeningBalance, open_balances
from broadbill.payments.operations.refund import NewRefund, approve_refund, refuse_refund, request_refund
from broadbill.payments.queries.refunds import waiting_refunds
from broadbill.payments.queries.statement import statement_of
from broadbill.payments.queries.verify import verify_payments
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

CLERK, OWNER = "user:2", "user:1"


@pytest.fixture
def overbilled() -> int:
    """An account that paid 30.00 for January and left on the 16th: 15.48 used, 14.52 in credit."""
    account = an_account(number="K-1")
    subscription = a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    pay(account, "30.00", "2026-01-05")
    cancel(subscription_id=subscription, on=on("2026-01-17"), now=at("2026-01-17"), actor=ACTOR)
    bill_through("2026-01-17")
    return account


def refund(account: int, amount: str, *, key: str = "a", limit: Money | None = None) -> Refund:
    asked = NewRefund(
        account_id=account,
        amount=euro(amount),
        method="transfer",
        reason="Left on 16 January",
        idempotency_key=key,
    )
    return request_refund(refund=asked, on=on("2026-01-20"), now=at("2026-01-20"), actor=CLERK, limit=limit)


def charge(account: int, amount: str, day: str) -> None:
    add_charge(account_id=account, amount=euro(amount), name="By hand", on=on(day), now=at(day), actor=ACTOR)


def open_of(account: int) -> int:
    return sum(OpenItem.objects.filter(account_id=account).values_list("open", flat=True))


@pytest.mark.django_db
class TestRefund:
    def test_goes_out_of_the_bank_and_settles_the_credit(self, overbilled: int) -> None:
        # 30.00 × 15 ÷ 31 = 14.516… → 14.52 unused.
        assert open_of(overbilled) == -1452

        paid = refund(overbilled, "14.52")

        assert (paid.number, paid.state) == ("RFD-2026-000001", "paid")
        assert open_of(overbilled) == 0
        books = {row.code: str(row.balance) for row in trial_balance(as_of=on("2026-01-31"))}
        assert (books[RECEIVABLES], books[BANK], books[CASH]) == ("0.00", "-14.52", "30.00")
        assert list(verify_payments()) == []

    def test_stands_in_the_statement_with_its_number(self, overbilled: int) -> None:
        refund(overbilled, "14.52")

        last = statement_of(
            account_id=overbilled, currency=euro("0").currency, starts=on("2026-01-01"), ends=on("2026-01-31")
        ).rows[-1]

        assert (last.kind, last.number, str(last.amount), str(last.balance), last.method) == (
            "refund", "RFD-2026-000001", "14.52", "0.00", "transfer",
        )  # fmt: skip

    def test_in_part_leaves_the_rest_for_the_next_bill(self, overbilled: int) -> None:
        refund(overbilled, "10.00")

        assert open_of(overbilled) == -452

    def test_is_never_more_than_what_is_in_credit(self, overbilled: int) -> None:
        with pytest.raises(RefundRefused, match=r"account K-1 has 14\.52 EUR that it paid and may have back"):
            refund(overbilled, "14.53")

    def test_a_credit_nobody_paid_is_for_the_next_bill_alone(self) -> None:
        account = an_account(number="K-2")
        charge(account, "-10.00", "2026-01-10")
        bill_through("2026-01-10")
        assert open_of(account) == -1000

        with pytest.raises(RefundRefused, match=r"has 0\.00 EUR"):
            refund(account, "10.00")

    def test_a_credit_from_another_system_was_paid_there(self) -> None:
        account = an_account()
        balance = OpeningBalance(account_id=account, amount=euro("-20.00"), as_of=on("2026-01-01"))
        open_balances(balances=[balance], now=at("2026-01-01"), actor=ACTOR)

        assert refund(account, "20.00").state == "paid"

    def test_asked_for_again_with_the_same_key_is_paid_once(self, overbilled: int) -> None:
        assert refund(overbilled, "10.00").id == refund(overbilled, "10.00").id

        with pytest.raises(IdempotencyKeyReused):
            refund(overbilled, "4.00")
        assert open_of(overbilled) == -452

    def test_once_paid_cannot_be_changed(self, overbilled: int) -> None:
        refund(overbilled, "10.00")

        for change in ("UPDATE payments_refund SET amount = 1", "DELETE FROM payments_refund"):
            with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
                connection.cursor().execute(change)


@pytest.mark.django_db
class TestAgreement:
    def test_above_the_limit_waits_for_another_person(self, overbilled: int) -> None:
        waiting = refund(overbilled, "14.52", limit=euro("10.00"))

        assert waiting.state == "requested"
        assert open_of(overbilled) == -1452
        with pytest.raises(ApprovalNeedsAnother):
            approve_refund(refund_id=waiting.id, on=on("2026-01-21"), now=at("2026-01-21"), actor=CLERK)

        paid = approve_refund(refund_id=waiting.id, on=on("2026-01-21"), now=at("2026-01-21"), actor=OWNER)

        assert (paid.state, paid.requested_by, paid.decided_by) == ("paid", CLERK, OWNER)
        assert open_of(overbilled) == 0

    def test_up_to_the_limit_is_paid_at_once(self, overbilled: int) -> None:
        assert refund(overbilled, "10.00", limit=euro("10.00")).state == "paid"

    def test_what_waits_cannot_be_asked_for_twice(self, overbilled: int) -> None:
        refund(overbilled, "10.00", limit=euro("0.00"))

        with pytest.raises(RefundRefused, match=r"has 4\.52 EUR"):
            refund(overbilled, "10.00", key="b")

    def test_refused_leaves_the_credit_and_is_decided(self, overbilled: int) -> None:
        waiting = refund(overbilled, "10.00", limit=euro("0.00"))

        refuse_refund(refund_id=waiting.id, note="pays by direct debit", now=at("2026-01-21"), actor=OWNER)

        assert waiting_refunds() == ()
        assert open_of(overbilled) == -1452
        with pytest.raises(RefundDecided):
            approve_refund(refund_id=waiting.id, on=on("2026-01-21"), now=at("2026-01-21"), actor=OWNER)

    def test_a_credit_that_went_elsewhere_meanwhile_is_not_paid_out(self, overbilled: int) -> None:
        waiting = refund(overbilled, "14.52", limit=euro("0.00"))
        charge(overbilled, "9.00", "2026-01-20")
        bill_through("2026-01-20")

        with pytest.raises(RefundRefused, match=r"only 5\.52 EUR is still in credit"):
            approve_refund(refund_id=waiting.id, on=on("2026-01-21"), now=at("2026-01-21"), actor=OWNER)


@pytest.mark.django_db(transaction=True)
def test_twenty_people_at_once_give_back_no_more_than_there_is(overbilled: int) -> None:
    def ask(number: int) -> Decimal:
        try:
            return Decimal(refund(overbilled, "1.00", key=f"key-{number}").amount)
        except RefundRefused:
            return Decimal(0)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as people:
        given = list(people.map(ask, range(20)))

    # 14 whole euros are in 14.52.
    assert sum(given) == 1400
    assert open_of(overbilled) == -52
    assert list(verify_payments()) == []
