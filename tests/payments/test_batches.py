"""A day's bank statement is recorded at once."""

from __future__ import annotations

import pytest

from broadbill.ledger.queries.balances import receivable_balances
from broadbill.payments.domain.errors import IdempotencyKeyReused, PaymentRefused
from broadbill.payments.models import Payment
from broadbill.payments.operations.record import NewPayment, record_payments
from broadbill.payments.queries.verify import verify_payments
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on

pytestmark = pytest.mark.django_db


@pytest.fixture
def debtors() -> tuple[int, int]:
    """Two accounts that owe 30.00 each."""
    plan = a_plan(amount="30.00")
    accounts = an_account(), an_account("Bernd Kieffer")
    for account in accounts:
        a_subscription(account, plan, "2026-01-01")
    bill_through("2026-01-01")
    return accounts


def money(account_id: int, amount: str, key: str, day: str = "2026-01-09") -> NewPayment:
    return NewPayment(
        account_id=account_id,
        amount=euro(amount),
        method="transfer",
        received_on=on(day),
        idempotency_key=key,
    )


def record(*payments: NewPayment) -> list[Payment]:
    return record_payments(payments=payments, now=at("2026-01-10"), actor=ACTOR)


class TestRecordPayments:
    def test_settles_each_account_with_its_own_money(self, debtors: tuple[int, int]) -> None:
        amina, bernd = debtors

        recorded = record(money(bernd, "30.00", "a"), money(amina, "10.00", "b"), money(amina, "5.00", "c"))

        assert [payment.number for payment in recorded] == ["R-2026-000001", "R-2026-000002", "R-2026-000003"]
        assert receivable_balances(debtors) == {amina: 1500, bernd: 0}
        assert list(verify_payments()) == []

    def test_numbers_each_year_by_itself(self, debtors: tuple[int, int]) -> None:
        amina, _ = debtors

        recorded = record(
            money(amina, "1.00", "a"), money(amina, "1.00", "b", "2025-12-31"), money(amina, "1.00", "c")
        )

        assert [payment.number for payment in recorded] == ["R-2026-000001", "R-2025-000001", "R-2026-000002"]

    def test_records_a_key_once_within_a_batch_and_across_batches(self, debtors: tuple[int, int]) -> None:
        amina, bernd = debtors

        first = record(money(amina, "10.00", "line 1"), money(amina, "10.00", "line 1"))
        second = record(money(amina, "10.00", "line 1"), money(bernd, "30.00", "line 2"))

        assert first[0].number == first[1].number == second[0].number
        assert Payment.objects.count() == 2

    def test_refuses_a_key_that_stands_for_other_money(self, debtors: tuple[int, int]) -> None:
        amina, _ = debtors

        with pytest.raises(IdempotencyKeyReused):
            record(money(amina, "10.00", "line 1"), money(amina, "11.00", "line 1"))

    def test_records_all_or_nothing(self, debtors: tuple[int, int]) -> None:
        amina, bernd = debtors

        with pytest.raises(PaymentRefused):
            record(money(amina, "10.00", "a"), money(bernd, "0.00", "b"))

        assert Payment.objects.count() == 0
