"""What others' balances showed when payments were recorded twice, taken back and refunded."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from broadbill.contracts.operations.changes import cancel
from broadbill.core.money import Currency
from broadbill.ledger.domain.chart import (
    BANK,
    CASH,
    CHEQUES,
    DEFERRED_REVENUE,
    GATEWAYS,
    RECEIVABLES,
    REVENUE,
)
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.domain.errors import RefundRefused
from broadbill.payments.models import OpenItem, Payment, Refund, SandboxRefund
from broadbill.payments.operations.card_refunds import refund_to_cards, send_card_refund
from broadbill.payments.operations.record import reverse_payment
from broadbill.payments.operations.refund import NewRefund, request_refund
from broadbill.payments.queries.owing import owing_of
from broadbill.payments.queries.statement import statement_of
from broadbill.payments.queries.verify import verify_payments
from tests.payments.cards import a_card, charge
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

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


@pytest.fixture
def sandbox(settings: Any) -> None:
    """The sandbox gateway is set up."""
    settings.GATEWAYS = ["sandbox"]


def left_on_the_16th(paid: str) -> int:
    """Billed 31.00 for January, one euro a day, and gone on the 17th: 15.00 of it are unused."""
    account = an_account(terms_days=0)
    subscription = a_subscription(account, a_plan(amount="31.00"), "2026-01-01")
    bill_through("2026-01-01")
    if paid == "card":
        charge(a_card(account), "31.00", "2026-01-05")
    else:
        pay(account, "31.00", "2026-01-05", method=paid)
    cancel(subscription_id=subscription, on=on("2026-01-17"), now=at("2026-01-17"), actor=ACTOR)
    bill_through("2026-01-17")
    return account


def books(*codes: int) -> list[str]:
    balances = {row.code: str(row.balance) for row in trial_balance(as_of=on("2026-12-31"))}
    return [balances.get(code, "0.00") for code in codes]


def give_back(account: int, amount: str, method: str) -> Refund:
    asked = NewRefund(
        account_id=account, amount=euro(amount), method=method, reason="left", idempotency_key=f"{method} {amount}"
    )  # fmt: skip
    return request_refund(refund=asked, on=on("2026-01-20"), now=at("2026-01-20"), actor=ACTOR)


@pytest.mark.usefixtures("sandbox")
def test_uisp_a_refund_to_a_card_moves_the_money_and_is_paid_only_then() -> None:
    account = left_on_the_16th("card")
    [asked] = refund_to_cards(
        account_id=account, amount=euro("15.00"), reason="left", key="r", on=on("2026-01-20"),
        now=at("2026-01-20"), actor=ACTOR,
    )  # fmt: skip
    assert (asked.state, SandboxRefund.objects.count(), balances(account)) == ("sending", 0, {"-15.00"})

    paid = send_card_refund(refund_id=asked.id, now=at("2026-01-20"))

    at_the_gateway = SandboxRefund.objects.get()
    assert (at_the_gateway.amount, at_the_gateway.reference) == (1500, paid.reference)
    assert (paid.state, balances(account)) == ("paid", {"0.00"})
    assert books(GATEWAYS) == ["16.00"]


@pytest.mark.usefixtures("sandbox")
def test_killbill_1007_no_refund_goes_out_that_the_account_cannot_carry() -> None:
    account = left_on_the_16th("card")

    with pytest.raises(RefundRefused):
        refund_to_cards(
            account_id=account, amount=euro("15.01"), reason="left", key="r", on=on("2026-01-20"),
            now=at("2026-01-20"), actor=ACTOR,
        )  # fmt: skip

    assert (Refund.objects.count(), SandboxRefund.objects.count(), balances(account)) == (0, 0, {"-15.00"})


def test_killbill_255_a_refund_by_cheque_is_recorded() -> None:
    account = left_on_the_16th("transfer")

    assert give_back(account, "15.00", "cheque").state == "paid"
    assert balances(account) == {"0.00"}
    assert books(BANK, CHEQUES) == ["31.00", "-15.00"]


def test_invoiceninja_1163_a_refund_leaves_the_payment_and_the_revenue_as_they_were() -> None:
    account = left_on_the_16th("cash")
    before = books(DEFERRED_REVENUE, REVENUE)

    give_back(account, "15.00", "cash")

    assert books(DEFERRED_REVENUE, REVENUE) == before
    assert books(CASH, RECEIVABLES) == ["16.00", "0.00"]
    payment = Payment.objects.get()
    assert (payment.amount, hasattr(payment, "reversal")) == (3100, False)
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        connection.cursor().execute("DELETE FROM payments_payment")
    year = statement_of(account_id=account, currency=EUR, starts=on("2026-01-01"), ends=on("2026-12-31"))
    assert [row.kind for row in year.rows] == ["invoice", "payment", "credit_note", "refund"]
    assert list(verify_payments()) == []
