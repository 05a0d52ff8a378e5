"""News of gateways, chargebacks, refunds to cards, and charging by itself."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadbill.contracts.models import Fact
from broadbill.identity.domain.approvals import ApprovalNeedsAnother
from broadbill.kernel.models import Installation
from broadbill.kernel.operations.installation import installation_name
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.adapters.sandbox import Sandbox
from broadbill.payments.domain.autopay import may_try
from broadbill.payments.domain.errors import (
    IdempotencyKeyReused,
    RefundRefused,
)
from broadbill.payments.domain.gateway import WebhookRefused
from broadbill.payments.domain.refunding import back_to_charges
from broadbill.payments.models import (
    CardCharge,
    Chargeback,
    Debit,
    Mandate,
    OpenItem,
    Payment,
    Refund,
    SandboxCharge,
    SandboxDispute,
    SandboxMethod,
    SandboxRefund,
    SavedMethod,
    Webhook,
)
from broadbill.payments.operations.autopay import charge_what_is_due, set_card_policy
from broadbill.payments.operations.card_refunds import (
    refund_to_cards,
    send_card_refund,
    settle_refunds_under_way,
)
from broadbill.payments.operations.refund import NewRefund, approve_refund, request_refund
from broadbill.payments.operations.saved_methods import begin_saving
from broadbill.payments.operations.webhooks import take_in_webhook, work_off_waiting
from broadbill.payments.queries.held import held_of
from broadbill.payments.queries.verify import verify_payments
from tests.payments.cards import a_card, charge, news
from tests.world import a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]
EUR = euro("0").currency


@pytest.fixture
def debtor() -> int:
    """Owes 30.00, due since 1 January."""
    account = an_account(terms_days=0)
    a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
    bill_through("2026-01-01")
    return account


def owed(account_id: int) -> str:
    items = OpenItem.objects.filter(account_id=account_id).values_list("open", flat=True)
    return str(type(euro("0"))(sum(items), EUR))


def told(kind: str, reference: str, event: str, day: str = "2026-01-11") -> bool:
    body, headers = news(kind, reference, event)
    return take_in_webhook(gateway="sandbox", body=body, headers=headers, now=at(day))


def books(name: str) -> str:
    return next(str(row.balance) for row in trial_balance(as_of=on("2026-12-31")) if row.name == name)


class TestWebhooks:
    def test_a_charge_whose_answer_was_lost_is_booked_by_its_news(self, debtor: int) -> None:
        asked = charge(a_card(debtor, "timeout_after"), "30.00", "2026-01-10")

        assert told("charge", SandboxCharge.objects.get().reference, "evt_1")
        work_off_waiting(now=at("2026-01-11"))

        asked.refresh_from_db()
        assert (asked.state, owed(debtor)) == ("succeeded", "0.00")

    def test_copies_are_kept_once(self, debtor: int) -> None:
        done = charge(a_card(debtor), "30.00", "2026-01-10")

        assert [told("charge", done.reference, "evt_1") for _ in range(3)] == [True, False, False]
        work_off_waiting(now=at("2026-01-11"))

        assert (Webhook.objects.count(), Payment.objects.count()) == (1, 1)

    def test_old_news_never_undo_newer_facts(self, debtor: int) -> None:
        """The news that a challenge waits comes after the charge succeeded."""
        asked = charge(a_card(debtor, "challenge"), "30.00", "2026-01-10")
        SandboxCharge.objects.update(outcome="succeeded")
        events = [f"evt_{number}" for number in range(5)]
        random.Random(1).shuffle(events)

        for event in events:
            told("charge", asked.reference, event)
            work_off_waiting(now=at("2026-01-11"))

        asked.refresh_from_db()
        assert (asked.state, Payment.objects.count()) == ("succeeded", 1)

    def test_without_the_right_signature_are_refused(self) -> None:
        body, headers = news("charge", "sx_1", "evt_1")

        with pytest.raises(WebhookRefused, match="its signature is wrong"):
            take_in_webhook(gateway="sandbox", body=body + b" ", headers=headers, now=at("2026-01-11"))
        assert not Webhook.objects.exists()

    def test_money_that_nobody_asked_for_waits_for_a_person(self) -> None:
        SandboxCharge.objects.create(reference="sx_1", key="elsewhere", amount=500, currency="EUR",
                                     outcome="succeeded", made_at=at("2026-01-11"))  # fmt: skip
        told("charge", "sx_1", "evt_1")
        work_off_waiting(now=at("2026-01-11"))

        assert Webhook.objects.get().trouble == "a charge of 5.00 EUR that was not asked for here"

    def test_that_nobody_foresaw_keep_no_other_waiting(
        self, debtor: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = charge(a_card(debtor, "timeout_after"), "30.00", "2026-01-10")
        told("dispute", "sd_strange", "evt_1")
        told("charge", SandboxCharge.objects.get().reference, "evt_2")

        def strange(*_: object) -> None:
            raise AttributeError

        with monkeypatch.context() as patched:
            patched.setattr(Sandbox, "read_dispute", strange)
            assert work_off_waiting(now=at("2026-01-11")) == 1

        asked.refresh_from_db()
        waiting = Webhook.objects.get(worked_off_at=None)
        assert (asked.state, waiting.event) == ("succeeded", "evt_1")
        assert waiting.trouble == "cannot be worked off (AttributeError); the log says more"
        # It is tried again, and says what it then finds.
        assert work_off_waiting(now=at("2026-01-12")) == 1
        assert Webhook.objects.get(event="evt_1").trouble == "the gateway has no such dispute"

    def test_of_a_saved_card_keep_it_for_who_did_not_come_back(self, debtor: int) -> None:
        begun = begin_saving(account_id=debtor, name="Amina", email="a@home.example", return_url="/back/")
        told("setup", begun.reference, "evt_early")
        work_off_waiting(now=at("2026-01-11"))
        assert not SavedMethod.objects.exists()

        SandboxMethod.objects.update(card="approve")
        told("setup", begun.reference, "evt_saved")
        work_off_waiting(now=at("2026-01-11"))

        saved = SavedMethod.objects.get()
        assert (saved.account_id, saved.saved_by, saved.autopay) == (debtor, "gateway:sandbox", True)

    def test_a_renewed_card_is_taken_over_and_a_lost_one_is_not_charged(self, debtor: int) -> None:
        card = a_card(debtor, "expired_card", autopay=True)
        SavedMethod.objects.update(state="failed")
        SandboxMethod.objects.update(card="approve")

        told("method", card.reference, "evt_1")
        work_off_waiting(now=at("2026-01-11"))
        card.refresh_from_db()
        assert (card.state, card.last_four) == ("active", "4240")

        Sandbox().forget_method(card.reference)
        told("method", card.reference, "evt_2")
        work_off_waiting(now=at("2026-01-12"))
        card.refresh_from_db()
        assert card.state == "failed"


class TestChargebacks:
    def dispute(self, charge: CardCharge, state: str = "open", amount: int = 3000) -> None:
        SandboxDispute.objects.update_or_create(
            reference="sd_1",
            defaults={
                "charge_id": charge.reference,
                "amount": amount,
                "state": state,
                "made_at": at("2026-01-20"),
            },
        )
        told("dispute", "sd_1", f"evt_{state}", "2026-01-20")
        work_off_waiting(now=at("2026-01-20"))

    def test_of_money_that_was_given_back_before_is_a_debt_and_no_fault_of_the_books(
        self, debtor: int
    ) -> None:
        made = charge(a_card(debtor), "60.00", "2026-01-05")
        asked = NewRefund(
            account_id=debtor, amount=euro("30.00"), method="cash", reason="too much", idempotency_key="cash"
        )
        request_refund(refund=asked, on=on("2026-01-06"), now=at("2026-01-06"), actor="user:2")

        self.dispute(made, amount=6000)
        told("dispute", "sd_1", "evt_1")
        work_off_waiting(now=at("2026-01-21"))

        # 30.00 billed and 30.00 given back; nothing of 60.00 is left.
        assert owed(debtor) == "60.00"
        assert list(verify_payments()) == []

    def test_reopens_the_invoice_and_books_the_fee(self, debtor: int) -> None:
        paid = charge(a_card(debtor), "30.00", "2026-01-10")

        self.dispute(paid)

        invoice = OpenItem.objects.get(account_id=debtor, kind="document")
        assert (invoice.open, owed(debtor)) == (3000, "30.00")
        # The 30.00 went, and the 15.00 that it costs.
        assert (books("Payment gateways"), books("Gateway fees")) == ("-15.00", "15.00")
        assert list(verify_payments()) == []

    def test_of_a_part_reopens_so_much(self, debtor: int) -> None:
        self.dispute(charge(a_card(debtor), "30.00", "2026-01-10"), amount=1000)

        assert OpenItem.objects.get(account_id=debtor, kind="document").open == 1000
        assert list(verify_payments()) == []

    def test_takes_what_was_left_in_credit_before_what_was_paid(self, debtor: int) -> None:
        self.dispute(charge(a_card(debtor), "50.00", "2026-01-10"), amount=2000)

        # 20.00 of the 50.00 were in credit.
        assert OpenItem.objects.get(account_id=debtor, kind="document").open == 0
        assert owed(debtor) == "0.00"

    def test_won_the_money_is_received_again_once(self, debtor: int) -> None:
        paid = charge(a_card(debtor), "30.00", "2026-01-10")
        self.dispute(paid)

        self.dispute(paid, "won")
        told("dispute", "sd_1", "evt_again", "2026-01-22")
        work_off_waiting(now=at("2026-01-22"))

        assert (Chargeback.objects.get().state, owed(debtor), Payment.objects.count()) == ("won", "0.00", 2)
        assert list(verify_payments()) == []

    def test_lost_its_fee_is_passed_on_where_the_policy_says_so(self, debtor: int) -> None:
        paid = charge(a_card(debtor), "30.00", "2026-01-10")
        set_card_policy(retry_days=[3], passes_fee_on=True, now=at("2026-01-10"), actor="user:1")

        self.dispute(paid)
        self.dispute(paid, "lost")

        fact = Fact.objects.get(account_id=debtor, kind="charge")
        assert fact.detail["amount"] == "15.00"

    def test_cannot_be_refunded_as_well(self, debtor: int) -> None:
        paid = charge(a_card(debtor), "50.00", "2026-01-10")
        self.dispute(paid, amount=2000)

        assert str(held_of(account_id=debtor, currency=EUR).refundable) == "0.00"


class TestRefundsToCards:
    def in_credit(self) -> int:
        """Charged 40.00 and 60.00, owes nothing."""
        account = an_account()
        card = a_card(account)
        charge(card, "40.00", "2026-01-10")
        charge(card, "60.00", "2026-01-11")
        return account

    def refund(self, account: int, amount: str, **more: object) -> list[Refund]:
        return refund_to_cards(
            account_id=account, amount=euro(amount), reason="billed too much", key="r", on=on("2026-01-15"),
            now=at("2026-01-15"), actor="user:2", **more,
        )  # type: ignore[arg-type]  # fmt: skip

    def test_go_to_the_oldest_charge_first(self) -> None:
        account = self.in_credit()

        rows = self.refund(account, "50.00")
        for row in rows:
            send_card_refund(refund_id=row.id, now=at("2026-01-15"))

        assert list(SandboxRefund.objects.order_by("made_at").values_list("amount", flat=True)) == [
            4000,
            1000,
        ]
        assert owed(account) == "-50.00"
        assert books("Payment gateways") == "50.00"
        assert {str(row.number) for row in Refund.objects.all()} == {"RFD-2026-000001", "RFD-2026-000002"}
        assert list(verify_payments()) == []

    def test_asked_twice_are_once(self) -> None:
        account = self.in_credit()

        assert [r.id for r in self.refund(account, "50.00")] == [r.id for r in self.refund(account, "50.00")]
        assert Refund.objects.count() == 2

    def test_are_refused_under_the_key_of_another_amount_or_account(self) -> None:
        account, other = self.in_credit(), self.in_credit()
        self.refund(account, "50.00")

        with pytest.raises(IdempotencyKeyReused):
            self.refund(account, "60.00")
        with pytest.raises(IdempotencyKeyReused):
            self.refund(other, "50.00")
        assert Refund.objects.count() == 2

    def test_are_refused_beyond_what_the_charges_hold(self) -> None:
        account = self.in_credit()
        pay(account, "100.00", "2026-01-12")

        with pytest.raises(RefundRefused, match=r"only 100\.00 EUR can go back to cards"):
            self.refund(account, "150.00")

    def test_above_a_limit_wait_for_another_person_all_together(self) -> None:
        account = self.in_credit()
        rows = self.refund(account, "50.00", limit=euro("45.00"))
        assert [row.state for row in rows] == ["requested", "requested"]

        with pytest.raises(ApprovalNeedsAnother):
            approve_refund(refund_id=rows[0].id, on=on("2026-01-16"), now=at("2026-01-16"), actor="user:2")
        approve_refund(refund_id=rows[0].id, on=on("2026-01-16"), now=at("2026-01-16"), actor="user:1")
        rows[0].refresh_from_db()
        assert rows[0].state == "sending"

    def test_what_the_gateway_will_not_give_back_stays_in_credit(self) -> None:
        account = self.in_credit()
        [row] = self.refund(account, "10.00")
        SandboxCharge.objects.update(outcome="declined")

        send_card_refund(refund_id=row.id, now=at("2026-01-15"))

        row.refresh_from_db()
        assert (row.state, owed(account)) == ("refused", "-100.00")
        assert "sandbox refused" in row.note

    def test_one_whose_answer_was_lost_is_found(self) -> None:
        account = self.in_credit()
        [row] = self.refund(account, "10.00")
        done = at("2026-01-15") + timedelta(minutes=5)

        assert settle_refunds_under_way(now=done) == 1
        assert settle_refunds_under_way(now=done) == 0

        row.refresh_from_db()
        assert (row.state, SandboxRefund.objects.count(), owed(account)) == ("paid", 1, "-90.00")

    @given(st.lists(st.integers(0, 1000), max_size=6), st.integers(0, 3000))
    def test_parts_add_up_and_none_is_more_than_is_left(self, left: list[int], amount: int) -> None:
        parts = back_to_charges(dict(enumerate(left)), amount)

        assert sum(minor for _, minor in parts) == min(amount, sum(left))
        assert all(0 < minor <= left[place] for place, minor in parts)


class TestAutopay:
    def run(self, day: str) -> object:
        return charge_what_is_due(on=on(day), now=at(day), zone="UTC")

    def test_asks_in_the_name_of_this_broadbill(self, debtor: int) -> None:
        """Another may have the same account at the gateway, and customers with the same numbers."""
        a_card(debtor, autopay=True)

        self.run("2026-01-01")

        name = Installation.objects.get().name.hex
        assert CardCharge.objects.get().key == f"autopay-{name}-{debtor}-2026-01-01"
        assert installation_name() == name

    def test_charges_what_is_due_once(self, debtor: int, django_assert_num_queries: object) -> None:
        a_card(debtor, autopay=True)

        self.run("2026-01-01")
        self.run("2026-01-01")
        self.run("2026-01-02")

        assert (owed(debtor), Payment.objects.count()) == ("0.00", 1)

    def test_charges_nothing_before_it_is_due_or_when_credit_covers_it(self) -> None:
        later, covered = an_account(terms_days=14), an_account(terms_days=0)
        for account in (later, covered):
            a_card(account, autopay=True)
            a_subscription(account, a_plan(f"p{account}", "30.00"), "2026-01-01")
        pay(covered, "30.00", "2026-01-01")
        bill_through("2026-01-01")

        self.run("2026-01-05")
        assert CardCharge.objects.count() == 0

        self.run("2026-01-15")
        assert [row.account_id for row in CardCharge.objects.all()] == [later]

    def test_leaves_alone_whom_the_bank_collects_from(self, debtor: int) -> None:
        a_card(debtor, autopay=True)
        mandate = Mandate.objects.create(
            account_id=debtor, reference="M-1", signed_on=on("2025-12-01"), bank_account="DE02120300000000202051",
            holder="Amina", recorded_by="user:1", recorded_at=at("2025-12-01"),
        )  # fmt: skip
        Debit.objects.create(account_id=debtor, mandate=mandate, end_to_end="E-1", amount=3000, currency="EUR",
                             due_on=on("2026-01-05"), state="planned", planned_at=at("2025-12-20"))  # fmt: skip

        self.run("2026-01-02")

        assert not CardCharge.objects.exists()

    def test_tries_again_on_the_days_of_the_policy_and_then_stops(self, debtor: int) -> None:
        a_card(debtor, "insufficient_funds", autopay=True)
        set_card_policy(retry_days=[3, 5], passes_fee_on=False, now=at("2026-01-01"), actor="user:1")

        for day in range(1, 20):
            self.run(f"2026-01-{day:02}")

        assert [row.asked_at.day for row in CardCharge.objects.order_by("id")] == [1, 4, 6]

    def test_a_method_that_is_over_is_not_tried_again(self, debtor: int) -> None:
        a_card(debtor, "stolen_card", autopay=True)

        for day in range(1, 20):
            self.run(f"2026-01-{day:02}")

        assert CardCharge.objects.count() == 1

    def test_a_retry_that_succeeds_ends_it(self, debtor: int) -> None:
        a_card(debtor, "insufficient_funds", autopay=True)
        self.run("2026-01-01")
        SandboxMethod.objects.update(card="approve")

        self.run("2026-01-04")

        assert owed(debtor) == "0.00"

    @given(
        st.sets(st.integers(0, 40), max_size=6), st.integers(0, 40), st.sets(st.integers(1, 30), max_size=4)
    )
    def test_never_tries_more_often_than_the_policy_has_days(
        self, declined: set[int], today: int, retry: set[int]
    ) -> None:
        start = date(2026, 1, 1)
        before = [start + timedelta(days=day) for day in declined if day <= today]

        if may_try(on=start + timedelta(days=today), declined_on=before, retry_days=sorted(retry)):
            assert len(before) <= len(retry)
