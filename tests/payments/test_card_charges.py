"""Charging cards through the sandbox gateway: asked for once, booked once, never guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.adapters.sandbox import Sandbox
from broadbill.payments.domain.card_errors import ChargeRefused, ChargeUnderWay, SavedMethodUnknown
from broadbill.payments.domain.errors import CardPaymentStays
from broadbill.payments.domain.gateway import GatewayUnknown
from broadbill.payments.models import CardCharge, Payment, SandboxCharge, SandboxMethod, SavedMethod
from broadbill.payments.operations.card_charges import settle_charge, settle_under_way
from broadbill.payments.operations.record import reverse_payment
from broadbill.payments.operations.saved_methods import remove_method, set_autopay
from broadbill.payments.queries.card_charges import accounts_charged_now, saved_methods
from broadbill.payments.queries.owing import owing_of
from broadbill.payments.queries.verify import verify_payments
from tests.payments.cards import CUSTOMER, a_card, charge
from tests.world import a_plan, a_subscription, an_account, at, bill_through, euro, on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def debtor() -> int:
    """Owes 30.00 since 1 January."""
    account = an_account()
    a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
    bill_through("2026-01-01")
    return account


def owed(account_id: int) -> str:
    return str(owing_of(account_id=account_id, currency=euro("0").currency, as_of=on("2026-01-20")).balance)


class TestCharging:
    def test_settles_the_debt_and_is_owed_by_the_gateway(self, debtor: int) -> None:
        done = charge(a_card(debtor), "30.00", "2026-01-10")

        assert (done.state, owed(debtor)) == ("succeeded", "0.00")
        assert done.payment is not None
        assert done.payment.method == "card"
        books = {row.name: str(row.balance) for row in trial_balance(as_of=on("2026-01-31"))}
        assert (books["Payment gateways"], books["Receivables"]) == ("30.00", "0.00")
        assert list(verify_payments()) == []

    def test_twice_with_one_key_is_once(self, debtor: int) -> None:
        card = a_card(debtor)

        first, second = (charge(card, "30.00", "2026-01-10", key="pay-1") for _ in range(2))

        assert first.id == second.id
        assert Payment.objects.count() == SandboxCharge.objects.count() == 1

    @pytest.mark.parametrize(
        ("card", "still"),
        [("insufficient_funds", "active"), ("do_not_honour", "active"), ("processing_error", "active"),
         ("expired_card", "failed"), ("stolen_card", "failed"), ("account_closed", "failed")],
    )  # fmt: skip
    def test_a_decline_books_nothing_and_ends_a_method_that_is_over(
        self, debtor: int, card: str, still: str
    ) -> None:
        method = a_card(debtor, card)

        done = charge(method, "30.00", "2026-01-10")

        method.refresh_from_db()
        assert (done.state, done.decline, method.state) == ("declined", card, still)
        assert owed(debtor) == "30.00"

    def test_a_challenge_waits_for_the_customer_and_then_pays(self, debtor: int) -> None:
        asked = charge(a_card(debtor, "challenge"), "30.00", "2026-01-10")
        assert (asked.state, asked.next_url) == ("challenge", f"/sandbox/pay/{asked.reference}/")

        SandboxCharge.objects.update(outcome="succeeded")
        settle_under_way(now=at("2026-01-10") + timedelta(minutes=10))

        asked.refresh_from_db()
        assert (asked.state, owed(debtor)) == ("succeeded", "0.00")

    def test_nobody_is_there_for_a_challenge_when_it_is_charged_by_itself(self, debtor: int) -> None:
        done = charge(a_card(debtor, "challenge"), "30.00", "2026-01-10", off_session=True)

        assert (done.state, done.decline) == ("declined", "authentication_needed")

    def test_an_abandoned_challenge_is_given_up_and_can_be_tried_again(self, debtor: int) -> None:
        method = a_card(debtor, "challenge")
        asked = charge(method, "30.00", "2026-01-10")

        settle_under_way(now=at("2026-01-10") + timedelta(hours=2))

        asked.refresh_from_db()
        assert (asked.state, asked.decline) == ("declined", "abandoned")
        assert charge(method, "30.00", "2026-01-11").state == "challenge"

    @pytest.mark.parametrize(
        ("method", "amount", "reason"),
        [(None, "0.00", "more than nothing"), (999, "5.00", "no such saved method")],
    )
    def test_is_refused_when_it_makes_no_sense(
        self, debtor: int, method: int | None, amount: str, reason: str
    ) -> None:
        card = a_card(debtor)
        card.id = method or card.id

        with pytest.raises(ChargeRefused, match=reason):
            charge(card, amount, "2026-01-10")

    def test_is_refused_while_another_is_under_way(self, debtor: int) -> None:
        method = a_card(debtor, "challenge")
        charge(method, "30.00", "2026-01-10")

        with pytest.raises(ChargeUnderWay, match=r"A charge of 30\.00 EUR"):
            charge(method, "30.00", "2026-01-10")
        assert accounts_charged_now([debtor]) == {debtor}

    def test_is_refused_where_no_gateway_is_set_up(self, debtor: int, settings: object) -> None:
        settings.GATEWAYS = []  # type: ignore[attr-defined]  # pytest-django's settings

        with pytest.raises(GatewayUnknown):
            a_card(debtor)


class TestUnknownOutcomes:
    def test_a_charge_that_was_made_is_found_and_booked_once(self, debtor: int) -> None:
        asked = charge(a_card(debtor, "timeout_after"), "30.00", "2026-01-10")
        assert (asked.state, owed(debtor)) == ("asked", "30.00")

        for minutes in (5, 10):
            settle_under_way(now=at("2026-01-10") + timedelta(minutes=minutes))

        asked.refresh_from_db()
        assert (asked.state, owed(debtor)) == ("succeeded", "0.00")
        assert Payment.objects.count() == 1

    def test_a_charge_that_never_reached_the_gateway_is_sent_again_with_its_key(self, debtor: int) -> None:
        asked = charge(a_card(debtor, "timeout_before"), "30.00", "2026-01-10", off_session=True)
        SandboxMethod.objects.update(card="approve")

        settle_under_way(now=at("2026-01-10") + timedelta(minutes=5))

        asked.refresh_from_db()
        assert (asked.state, SandboxCharge.objects.get().key) == ("succeeded", asked.key)

    def test_is_not_sent_again_when_the_customer_paid_meanwhile_otherwise(self, debtor: int) -> None:
        from tests.world import pay

        asked = charge(a_card(debtor, "timeout_before"), "30.00", "2026-01-10", off_session=True)
        SandboxMethod.objects.update(card="approve")
        pay(debtor, "30.00", "2026-01-10")

        settle_under_way(now=at("2026-01-10") + timedelta(minutes=5))

        asked.refresh_from_db()
        assert (asked.state, asked.decline, SandboxCharge.objects.count()) == ("declined", "never_reached", 0)

    def test_money_that_turns_up_after_it_was_given_up_is_booked(self, debtor: int) -> None:
        asked = charge(a_card(debtor, "timeout_after"), "30.00", "2026-01-10")
        CardCharge.objects.update(state="declined", decline="never_reached")
        seen = Sandbox().find_charge(key=asked.key, reference="")
        assert seen is not None

        settle_charge(charge_id=asked.id, seen=seen, now=at("2026-01-12"))

        assert owed(debtor) == "0.00"


class TestSavedMethods:
    def test_show_no_more_than_brand_and_last_four(self, debtor: int) -> None:
        a_card(debtor, autopay=True)

        [read] = saved_methods(account_id=debtor)

        assert (read.brand, read.last_four, read.autopay) == ("Visa", "4240", True)

    def test_one_at_a_time_is_charged_by_itself(self, debtor: int) -> None:
        first, second = a_card(debtor, autopay=True), a_card(debtor, autopay=True)
        assert [read.id for read in saved_methods(account_id=debtor) if read.autopay] == [second.id]

        set_autopay(account_id=debtor, method_id=first.id, now=at("2026-01-02"), actor=CUSTOMER)
        assert [read.id for read in saved_methods(account_id=debtor) if read.autopay] == [first.id]

        set_autopay(account_id=debtor, method_id=None, now=at("2026-01-03"), actor=CUSTOMER)
        assert not any(read.autopay for read in saved_methods(account_id=debtor))

    def test_a_removed_one_is_gone_here_and_there(self, debtor: int) -> None:
        card = a_card(debtor)

        remove_method(account_id=debtor, method_id=card.id, now=at("2026-01-02"), actor=CUSTOMER)

        assert saved_methods(account_id=debtor) == []
        assert Sandbox().read_method(card.reference) is None
        with pytest.raises(SavedMethodUnknown):
            remove_method(account_id=debtor, method_id=card.id, now=at("2026-01-02"), actor=CUSTOMER)

    def test_another_account_cannot_take_a_method_over(self, debtor: int) -> None:
        card, other = a_card(debtor), an_account()

        with pytest.raises(SavedMethodUnknown):
            set_autopay(account_id=other, method_id=card.id, now=at("2026-01-02"), actor=CUSTOMER)
        assert SavedMethod.objects.get().account_id == debtor


def test_a_card_payment_is_refunded_not_taken_back(debtor: int) -> None:
    done = charge(a_card(debtor), "30.00", "2026-01-10")
    assert done.payment is not None

    with pytest.raises(CardPaymentStays, match="Refund it to the card"):
        reverse_payment(number=done.payment.number, reason="oops", reversed_on=on("2026-01-11"), now=at("2026-01-11"),
                        actor=CUSTOMER)  # fmt: skip
