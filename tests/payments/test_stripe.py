"""Stripe end to end: the official library over HTTP against localstripe behind our proxy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from broadbill.core.money import Currency, Money
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.adapters.gateways import gateway_named
from broadbill.payments.adapters.stripe_amounts import from_stripe, to_stripe
from broadbill.payments.domain.gateway import ChargeRequest, GatewayRefused, OutcomeUnknown, WebhookRefused
from broadbill.payments.models import (
    CardCharge,
    Chargeback,
    Finding,
    OpenItem,
    Payment,
    Refund,
    SavedMethod,
    Webhook,
)
from broadbill.payments.operations.autopay import charge_what_is_due
from broadbill.payments.operations.card_charges import NewCharge, charge_card, settle_under_way
from broadbill.payments.operations.card_refunds import (
    refund_to_cards,
    send_card_refund,
    settle_refunds_under_way,
)
from broadbill.payments.operations.daily_proof import prove
from broadbill.payments.operations.saved_methods import begin_saving, finish_saving, remove_method
from broadbill.payments.operations.webhooks import take_in_webhook, work_off_waiting
from broadbill.payments.queries.verify import verify_payments
from tests.standins import stripe
from tests.world import a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = [
    pytest.mark.django_db,
    # Where the continuous integration lacks it, they fail.
    pytest.mark.skipif(
        not stripe.PROGRAM.exists() and os.environ.get("CI") != "true",
        reason="no localstripe: `make test` installs it",
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[stripe.StandIn]:
    with stripe.running() as standin:
        yield standin


@pytest.fixture
def standin(server: stripe.StandIn, settings: Any) -> stripe.StandIn:
    settings.GATEWAYS = ["stripe"]
    settings.STRIPE_KEY, settings.STRIPE_WEBHOOK_SECRET = stripe.KEY, stripe.SECRET
    settings.STRIPE_ADDRESS = server.address
    server.calls.clear()
    server.silence, server.decline_code = "", "insufficient_funds"
    server.account.clear()
    return server


@pytest.fixture
def debtor(standin: stripe.StandIn) -> int:
    """Owes 30.00, due on 1 January."""
    account = an_account(terms_days=0)
    a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
    bill_through("2026-01-01")
    return account


def a_card(
    standin: stripe.StandIn, account: int, card: str = "approve", *, autopay: bool = False
) -> SavedMethod:
    begun = begin_saving(
        account_id=account, name="Amina", email="amina@home.example", return_url="https://isp.example/back/"
    )
    assert begun.next_url.startswith(standin.address)
    standin.save_card(begun.reference, card)
    saved = finish_saving(
        account_id=account, reference=begun.reference, autopay=autopay, now=at("2026-01-01"), actor="user:7"
    )
    assert saved is not None
    return saved


def charge(method: SavedMethod, key: str, amount: str = "30.00", **more: Any) -> CardCharge:
    asked = NewCharge(account_id=method.account_id, method_id=method.id, amount=euro(amount), key=key,
                      description="test", **more)  # fmt: skip
    return charge_card(charge=asked, now=at("2026-01-10"), actor="user:7")


def told(kind: str, reference: str, event: str, mode: str = "payment") -> bool:
    body, headers = stripe.webhook(kind, reference, event, mode=mode)
    return take_in_webhook(gateway="stripe", body=body, headers=headers, now=at("2026-01-11"))


def owed(account: int) -> int:
    return sum(OpenItem.objects.filter(account_id=account).values_list("open", flat=True))


def test_from_the_saved_card_to_the_dispute(standin: stripe.StandIn, debtor: int) -> None:
    """Save a card, bill, autopay, decline, retry, success, partial refund, dispute."""
    card = a_card(standin, debtor, autopay=True)
    assert (card.brand, card.last_four, card.expires_year) == ("Visa", "4242", 2030)
    declining = a_card(standin, debtor, "decline", autopay=True)

    first = charge_what_is_due(on=on("2026-01-01"), now=at("2026-01-01"), zone="UTC")
    assert (first.declined, CardCharge.objects.get().decline) == (1, "insufficient_funds")

    SavedMethod.objects.filter(pk=declining.pk).update(autopay=False)
    SavedMethod.objects.filter(pk=card.pk).update(autopay=True)
    assert charge_what_is_due(on=on("2026-01-02"), now=at("2026-01-02"), zone="UTC").succeeded == 0
    assert charge_what_is_due(on=on("2026-01-04"), now=at("2026-01-04"), zone="UTC").succeeded == 1
    assert owed(debtor) == 0

    pay(debtor, "10.00", "2026-01-05")
    [refund] = refund_to_cards(
        account_id=debtor, amount=euro("10.00"), reason="paid twice", key="back", on=on("2026-01-06"),
        now=at("2026-01-06"), actor="user:2",
    )  # fmt: skip
    assert send_card_refund(refund_id=refund.id, now=at("2026-01-06")).state == "paid"

    paid = CardCharge.objects.get(state="succeeded")
    told("charge.dispute.created", standin.dispute(paid.reference), "evt_open")
    work_off_waiting(now=at("2026-01-11"))
    case = Chargeback.objects.get()
    assert (case.amount, case.fee, owed(debtor)) == (3000, 1500, 3000)

    told("charge.dispute.closed", standin.dispute(paid.reference, status="won"), "evt_won")
    work_off_waiting(now=at("2026-01-12"))
    assert owed(debtor) == 0
    assert list(verify_payments()) == []


class TestCharges:
    def test_ask_once_with_their_key(self, standin: stripe.StandIn, debtor: int) -> None:
        card = a_card(standin, debtor)

        assert charge(card, "k-1").id == charge(card, "k-1").id

        assert [call.key for call in standin.made("/v1/payment_intents")] == ["k-1"]

    def test_a_challenge_leads_on_and_is_booked_when_the_news_comes(
        self, standin: stripe.StandIn, debtor: int
    ) -> None:
        asked = charge(a_card(standin, debtor, "challenge"), "k-2", return_url="https://isp.example/back/")
        assert (asked.state, owed(debtor)) == ("challenge", 3000)

        standin.confirm(asked.reference)
        told("payment_intent.succeeded", asked.reference, "evt_2")
        work_off_waiting(now=at("2026-01-11"))

        asked.refresh_from_db()
        assert (asked.state, owed(debtor)) == ("succeeded", 0)

    def test_an_abandoned_challenge_is_cancelled_there_too(
        self, standin: stripe.StandIn, debtor: int
    ) -> None:
        asked = charge(a_card(standin, debtor, "challenge"), "k-3")

        settle_under_way(now=at("2026-01-10") + timedelta(hours=2))

        asked.refresh_from_db()
        assert (asked.state, asked.decline) == ("declined", "abandoned")
        assert standin.ask("GET", f"/v1/payment_intents/{asked.reference}")["status"] == "canceled"

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_silence_is_asked_about_and_charged_once(
        self, standin: stripe.StandIn, debtor: int, moment: str
    ) -> None:
        card = a_card(standin, debtor)
        standin.silence = moment

        asked = charge(card, f"k-{moment}", off_session=True)
        assert (asked.state, owed(debtor)) == ("asked", 3000)
        settle_under_way(now=at("2026-01-10") + timedelta(minutes=5))

        asked.refresh_from_db()
        assert (asked.state, owed(debtor), Payment.objects.count()) == ("succeeded", 0, 1)
        made = standin.ask("GET", "/v1/payment_intents?limit=100")["data"]
        assert len([one for one in made if one["metadata"].get("key") == f"k-{moment}"]) == 1

    def test_without_a_saved_card_are_paid_once_on_stripe_s_page(
        self, standin: stripe.StandIn, debtor: int
    ) -> None:
        asked = charge_card(
            charge=NewCharge(account_id=debtor, method_id=None, amount=euro("30.00"), key="once",
                             description="Bill", return_url="https://isp.example/back/"),
            now=at("2026-01-10"), actor="user:7",
        )  # fmt: skip
        assert (asked.state, asked.next_url) == ("challenge", f"{standin.address}/pay/{asked.reference}")

        standin.pay_session(asked.reference)
        told("checkout.session.completed", asked.reference, "evt_once")
        work_off_waiting(now=at("2026-01-11"))

        asked.refresh_from_db()
        assert (asked.state, asked.reference[:3], owed(debtor)) == ("succeeded", "pi_", 0)

    @pytest.mark.parametrize(
        ("code", "ours", "method"),
        [("insufficient_funds", "insufficient_funds", "active"), ("stolen_card", "stolen_card", "failed"),
         ("lost_card", "stolen_card", "failed"), ("generic_decline", "do_not_honour", "active"),
         ("expired_card", "expired_card", "failed"), ("do_not_honor", "do_not_honour", "active"),
         ("restricted_card", "refused", "active"), ("fraudulent", "refused", "active"),
         ("transaction_not_allowed", "refused", "active"), ("stop_payment_order", "refused", "active"),
         ("revocation_of_authorization", "no_mandate", "failed"), ("incorrect_number", "account_closed", "failed"),
         ("a_code_of_next_year", "refused", "active")],
    )  # fmt: skip
    def test_a_decline_is_said_in_our_words(
        self, standin: stripe.StandIn, debtor: int, code: str, ours: str, method: str
    ) -> None:
        card = a_card(standin, debtor, "decline")
        standin.decline_code = code

        done = charge(card, f"d-{code}")

        card.refresh_from_db()
        assert (done.state, done.decline, card.state) == ("declined", ours, method)

    def test_a_wrong_key_is_a_refusal_and_no_server_an_unknown_outcome(
        self, standin: stripe.StandIn, debtor: int, settings: Any
    ) -> None:
        card = a_card(standin, debtor)
        request = ChargeRequest(key="x", amount=euro("1.00"), customer=card.customer, method="pm_none",
                                description="", off_session=True)  # fmt: skip
        with pytest.raises(GatewayRefused):
            gateway_named("stripe").charge(request)
        settings.STRIPE_ADDRESS = "http://127.0.0.1:9"
        with pytest.raises(OutcomeUnknown):
            gateway_named("stripe").charge(request)

    @pytest.mark.parametrize("code", ["fraudulent", "a_code_of_next_year"])
    def test_declined_for_good_are_never_asked_for_again_by_themselves(
        self, standin: stripe.StandIn, debtor: int, code: str
    ) -> None:
        a_card(standin, debtor, "decline", autopay=True)
        standin.decline_code = code

        first = charge_what_is_due(on=on("2026-01-01"), now=at("2026-01-01"), zone="UTC")
        later = charge_what_is_due(on=on("2026-01-04"), now=at("2026-01-04"), zone="UTC")

        assert (first.declined, later.declined, CardCharge.objects.count()) == (1, 0, 1)

    def test_are_found_by_their_key_behind_a_hundred_others(
        self, standin: stripe.StandIn, debtor: int
    ) -> None:
        card = a_card(standin, debtor)
        sought = charge(card, "sought", "1.00")
        for number in range(101):
            standin.ask("POST", "/v1/payment_intents", {"amount": 100 + number, "currency": "eur",
                                                        "customer": card.customer})  # fmt: skip

        found = gateway_named("stripe").find_charge(key="sought", reference="", customer=card.customer)

        assert found is not None
        assert found.reference == sought.reference

    def test_on_stripe_s_page_take_only_cards_and_wait_for_what_is_slow(
        self, standin: stripe.StandIn, debtor: int
    ) -> None:
        asked = charge_card(
            charge=NewCharge(account_id=debtor, method_id=None, amount=euro("30.00"), key="slow",
                             description="Bill", return_url="https://isp.example/back/"),
            now=at("2026-01-10"), actor="user:7",
        )  # fmt: skip
        session = standin.sessions[asked.reference]
        assert session["payment_method_types"] == ["card"]

        session["status"] = "complete"
        told("checkout.session.completed", asked.reference, "evt_slow")
        work_off_waiting(now=at("2026-01-11"))
        asked.refresh_from_db()
        assert (asked.state, asked.next_url, owed(debtor)) == ("pending", "", 3000)

        standin.pay_session(asked.reference)
        told("checkout.session.async_payment_succeeded", asked.reference, "evt_paid")
        work_off_waiting(now=at("2026-01-13"))
        asked.refresh_from_db()
        assert (asked.state, owed(debtor)) == ("succeeded", 0)

    def test_what_stripe_does_not_have_is_none(self, standin: stripe.StandIn) -> None:
        gateway = gateway_named("stripe")

        assert gateway.find_charge(key="", reference="pi_none") is None
        assert gateway.find_charge(key="", reference="cs_none") is None
        assert gateway.find_refund(key="", reference="re_none", charge="") is None
        assert gateway.read_dispute("dp_none") is None
        assert gateway.read_method("pm_none") is None


class TestRefunds:
    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_silence_is_asked_about_and_given_back_once(
        self, standin: stripe.StandIn, debtor: int, moment: str
    ) -> None:
        paid = charge(a_card(standin, debtor), f"r-{moment}", "50.00")
        [refund] = refund_to_cards(
            account_id=debtor, amount=euro("5.00"), reason="x", key=f"back-{moment}", on=on("2026-01-11"),
            now=at("2026-01-11"), actor="user:2",
        )  # fmt: skip
        standin.silence = moment
        send_card_refund(refund_id=refund.id, now=at("2026-01-11"))

        settle_refunds_under_way(now=at("2026-01-11") + timedelta(minutes=5))

        assert Refund.objects.get().state == "paid"
        there = standin.ask("GET", f"/v1/refunds?payment_intent={paid.reference}")["data"]
        assert [one["amount"] for one in there] == [500]


class TestMethods:
    def test_a_removed_card_is_detached(self, standin: stripe.StandIn, debtor: int) -> None:
        card = a_card(standin, debtor)

        remove_method(account_id=debtor, method_id=card.id, now=at("2026-01-11"), actor="user:7")

        assert gateway_named("stripe").read_method(card.reference) is None

    def test_a_second_card_is_saved_with_the_same_customer(
        self, standin: stripe.StandIn, debtor: int
    ) -> None:
        first, second = a_card(standin, debtor), a_card(standin, debtor)

        assert first.customer == second.customer


class TestWebhooks:
    @pytest.mark.parametrize(("secret", "age"), [("whsec_other", 0), (stripe.SECRET, 600)])
    def test_are_refused_with_another_secret_or_when_they_are_old(
        self, standin: stripe.StandIn, secret: str, age: int
    ) -> None:
        body, headers = stripe.webhook("payment_intent.succeeded", "pi_1", "evt_1", secret=secret, age=age)

        with pytest.raises(WebhookRefused):
            take_in_webhook(gateway="stripe", body=body, headers=headers, now=at("2026-01-11"))

    def test_keep_the_card_of_a_customer_who_never_came_back(
        self, standin: stripe.StandIn, debtor: int
    ) -> None:
        begun = begin_saving(account_id=debtor, name="Amina", email="a@home.example", return_url="https://x/")
        standin.save_card(begun.reference, "approve")

        told("checkout.session.completed", begun.reference, "evt_saved", mode="setup")
        assert work_off_waiting(now=at("2026-01-11")) == 1

        saved = SavedMethod.objects.get()
        assert (saved.account_id, saved.last_four, saved.autopay) == (debtor, "4242", True)
        assert Webhook.objects.get().trouble == ""
        # Who comes back later finds the same card.
        again = finish_saving(account_id=debtor, reference=begun.reference, autopay=True,
                              now=at("2026-01-12"), actor="user:7")  # fmt: skip
        assert again == saved

    @pytest.mark.parametrize("metadata", [{}, {"account": "1"}, {"account": "1:forged"}])
    def test_give_no_card_to_an_account_that_did_not_ask_for_it(
        self, standin: stripe.StandIn, debtor: int, metadata: dict[str, str]
    ) -> None:
        begun = begin_saving(account_id=debtor, name="Amina", email="a@home.example", return_url="https://x/")
        standin.save_card(begun.reference, "approve")
        standin.sessions[begun.reference]["metadata"] = metadata

        told("checkout.session.completed", begun.reference, "evt_forged", mode="setup")
        work_off_waiting(now=at("2026-01-11"))

        assert not SavedMethod.objects.exists()
        assert Webhook.objects.get().trouble == "a method was saved that was not asked for here"

    def test_of_a_saving_that_are_taken_for_a_charge_s_do_no_harm(
        self, standin: stripe.StandIn, debtor: int
    ) -> None:
        begun = begin_saving(account_id=debtor, name="Amina", email="a@home.example", return_url="https://x/")

        assert gateway_named("stripe").find_charge(key="", reference=begun.reference) is None


class TestAmounts:
    @pytest.mark.parametrize(
        ("amount", "currency", "number"),
        [("30.00", "EUR", 3000), ("500", "JPY", 500), ("5000", "UGX", 500_000), ("7.00", "MGA", 7),
         ("1.250", "KWD", 1250)],
    )  # fmt: skip
    def test_are_counted_as_stripe_does(self, amount: str, currency: str, number: int) -> None:
        money = Currency.of(currency).exact(Decimal(amount))

        assert to_stripe(money) == number
        assert from_stripe(number, currency.lower()) == money

    @pytest.mark.parametrize("money", [Money(1251, Currency.of("KWD")), Money(750, Currency.of("MGA"))])
    def test_that_stripe_cannot_express_are_refused(self, money: Money) -> None:
        with pytest.raises(GatewayRefused):
            to_stripe(money)


def test_the_daily_proof_reads_its_account(standin: stripe.StandIn, debtor: int) -> None:
    """A charge of 30.00 for 0.70, its dispute for 15.00, a fee of 2.00, something unknown, and a payout taken back."""
    card = a_card(standin, debtor)
    done = charge_card(
        charge=NewCharge(account_id=debtor, method_id=card.id, amount=euro("30.00"), key="proof", description="x"),
        now=at("2026-01-10"), actor="user:7",
    )  # fmt: skip
    day = int(at("2026-01-10").timestamp())
    dispute = standin.disputes[standin.dispute(done.reference)]
    standin.move(
        "charge", 3000, {"id": "ch_1", "object": "charge", "payment_intent": done.reference}, fee=70, at=day
    )
    standin.move("adjustment", -3000, dispute, fee=1500, at=day + 1)
    standin.move("stripe_fee", -200, None, at=day + 2)
    standin.move("reserve_transaction", -1, None, at=day + 3)
    standin.move("payout", -1000, {"id": "po_1", "object": "payout"}, at=day + 4)
    standin.move("payout_failure", 1000, {"id": "po_1", "object": "payout"}, at=day + 5)

    proof = prove(now=at("2026-01-12"), actor="system:proof")

    # The dispute that no webhook told of is settled; the unknown cent is the only finding.
    assert (proof.movements, proof.settled, proof.open) == (6, 1, 1)
    assert Finding.objects.get().words == "-0.01 EUR that nothing here is for"
    balances = {row.name: str(row.balance) for row in trial_balance(as_of=on("2026-12-31"))}
    # 0.70 + 15.00 + 2.00; 30.00 - 30.00 - 17.70
    assert (balances["Gateway fees"], balances["Payment gateways"]) == ("17.70", "-17.70")
    [held] = proof.held
    assert (str(held.at_gateways), str(held.in_books)) == ("-17.71", "-17.70")
