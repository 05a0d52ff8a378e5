"""What others' balances showed when payments were recorded twice, taken back and refunded."""

from __future__ import annotations

import pytest

from broadbill.core.money import Currency
from broadbill.ledger.domain.chart import RECEIVABLES
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.models import OpenItem
from broadbill.payments.operations.record import reverse_payment
from broadbill.payments.queries.owing import owing_of
from broadbill.payments.queries.statement import statement_of
from broadbill.payments.queries.verify import verify_payments
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on, pay

pytestmark = pytest.mark.django_db

EUR = Currency.of("EUR")


def balances(account: int) -> set[str]:
    """The balance as each place tells it: the account, its open items, its statement, the books."""
    open_items = sum(OpenItem.objects.filter(account_id=account).values_list("open", flat=True))
    statement = statement_of(account_id=account, currency=EUR, starts=on("2026-01-01"), ends=on("2026-12-31"))
    books = {row.code: row.balance for row in trial_balance(as_of=on("2026-12-31"))}
    return {
        str(owing_of(account_id=account, currency=EUR, as_of=on("2026-12-31")).balance),
        f"{open_items / 100:.2f}",
        str(statement.closing),
        str(books[RECEIVABLES]),
    }


def take_back(number: str) -> None:
    reverse_payment(
        number=number, reason="by mistake", reversed_on=on("2026-02-06"), now=at("2026-02-06"), actor=ACTOR
    )


def test_invoiceninja_4341_a_payment_recorded_twice_and_taken_back_leaves_one_balance_everywhere() -> None:
    account = an_account()
    a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
    bill_through("2026-01-01")
    first = pay(account, "30.00", "2026-01-05", key="first")
    second = pay(account, "30.00", "2026-01-05", key="second")
    assert balances(account) == {"-30.00"}

    bill_through("2026-02-01")
    # 2 × 30.00 billed, 2 × 30.00 paid.
    assert balances(account) == {"0.00"}

    take_back(second.number)
    assert balances(account) == {"30.00"}

    take_back(first.number)
    # All that was paid is gone; what was billed stays to the cent.
    assert balances(account) == {"60.00"}
    assert list(verify_payments()) == []
