"""Every night gateways, bank and books are compared: what is certain is booked, every other cent is a finding."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from broadbill.core.posting import Entry, Posting
from broadbill.identity.domain.permissions import Role
from broadbill.kernel.deviation import Deviation
from broadbill.ledger.operations.journal import post_entry
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.messaging.models import Message
from broadbill.payments.adapters.bank_files import read_bank_file
from broadbill.payments.adapters.sandbox import Sandbox
from broadbill.payments.domain.errors import FindingUnknown
from broadbill.payments.domain.gateway import OutcomeUnknown
from broadbill.payments.models import (
    BankLine,
    Finding,
    GatewayMovement,
    Payment,
    SandboxCharge,
    SandboxPayout,
    SandboxRefund,
)
from broadbill.payments.operations.alarm import set_alarm
from broadbill.payments.operations.bank import import_statements
from broadbill.payments.operations.daily_proof import Proof, prove
from broadbill.payments.operations.findings import PROOF, open_findings, settle_finding
from broadbill.payments.operations.sandbox import dispute_charge, pay_out
from broadbill.payments.operations.webhooks import take_in_webhook, work_off_waiting
from tests.payments.bank_samples import camt, camt_entry
from tests.payments.cards import a_card, charge, news
from tests.staff import a_colleague
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


@pytest.fixture(autouse=True)
def _sandbox_lives_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox reads the clock as a gateway elsewhere does; here it is 10 January."""
    monkeypatch.setattr("broadbill.payments.adapters.sandbox.timezone.now", lambda: at("2026-01-10"))


@pytest.fixture
def debtor() -> int:
    """Owes 30.00, due since 1 January."""
    account = an_account(terms_days=0)
    a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
    bill_through("2026-01-01")
    return account


def proven(day: str = "2026-01-12") -> Proof:
    return prove(now=at(day), actor=ACTOR)


def books(name: str) -> str:
    return next(str(row.balance) for row in trial_balance(as_of=on("2026-12-31")) if row.name == name)


def listed() -> list[tuple[str, str]]:
    return list(Finding.objects.filter(settled_at=None).order_by("id").values_list("subject", "words"))


def a_foreign_charge(reference: str = "sx_1", amount: int = 500) -> None:
    SandboxCharge.objects.create(reference=reference, key=f"elsewhere {reference}", amount=amount, currency="EUR",
                                 outcome="succeeded", made_at=at("2026-01-10"))  # fmt: skip


class TestProof:
    def test_says_of_a_clean_day_that_everything_matches(self, debtor: int) -> None:
        charge(a_card(debtor), "30.00", "2026-01-10")

        done = proven()

        assert (done.movements, done.booked, done.open, listed()) == (1, 1, 0, [])
        # 30.00 less the fee of 0.25.
        assert [str(held.at_gateways) for held in done.held] == ["29.75"]
        assert (books("Payment gateways"), books("Gateway fees")) == ("29.75", "0.25")

    def test_twice_is_once(self, debtor: int) -> None:
        charge(a_card(debtor), "30.00", "2026-01-10")

        first, second = proven(), proven("2026-01-13")

        assert (first.booked, second.booked, GatewayMovement.objects.count()) == (1, 0, 1)
        assert (books("Gateway fees"), listed()) == ("0.25", [])

    def test_books_the_payment_that_a_lost_webhook_never_told_of(self, debtor: int) -> None:
        """The customer confirmed; the charge was given up here before anybody heard of it."""
        asked = charge(a_card(debtor, "challenge"), "30.00", "2026-01-10")
        type(asked).objects.update(state="declined", decline="abandoned")
        SandboxCharge.objects.update(outcome="succeeded")

        done = proven()

        asked.refresh_from_db()
        assert (asked.state, Payment.objects.get().amount, done.settled, done.open) == (
            "succeeded",
            3000,
            1,
            0,
        )
        assert books("Payment gateways") == "29.75"

    def test_frees_a_charge_that_is_stuck(self, debtor: int) -> None:
        asked = charge(a_card(debtor, "timeout_after"), "30.00", "2026-01-10")
        assert asked.state == "asked"

        assert (proven().open, Payment.objects.count()) == (0, 1)

    def test_lists_an_amount_that_differs(self, debtor: int) -> None:
        charge(a_card(debtor), "30.00", "2026-01-10")
        SandboxCharge.objects.update(amount=3100)

        proven()

        receipt = Payment.objects.get().number
        [(subject, words)] = listed()
        assert words == f"the gateway says 31.00 EUR, {receipt} says 30.00 EUR"
        assert subject.startswith("sandbox charge:sx_")
        assert Payment.objects.get().amount == 3000

    def test_lists_money_that_nobody_asked_for_and_books_nothing_of_it(self) -> None:
        a_foreign_charge()
        SandboxRefund.objects.create(reference="sr_1", key="elsewhere", charge_id="sx_1", amount=200,
                                     made_at=at("2026-01-10"))  # fmt: skip
        GatewayMovement.objects.create(gateway="sandbox", reference="x", kind="other", amount=7, fee=0, currency="EUR",
                                       at=at("2026-01-10"))  # fmt: skip

        done = proven()

        assert sorted(listed()) == [
            ("sandbox charge sx_1", "5.00 EUR that nothing here is for"),
            ("sandbox other x", "0.07 EUR that nothing here is for"),
            ("sandbox refund sr_1", "-2.00 EUR that nothing here is for"),
        ]
        assert (done.booked, Payment.objects.count()) == (0, 0)

    def test_lists_news_of_such_money_at_once_and_once(self) -> None:
        a_foreign_charge()
        body, headers = news("charge", "sx_1", "evt_1")
        take_in_webhook(gateway="sandbox", body=body, headers=headers, now=at("2026-01-11"))

        work_off_waiting(now=at("2026-01-11"))
        at_once = listed()
        proven()

        assert at_once == [("sandbox charge sx_1", "a charge of 5.00 EUR that was not asked for here")]
        assert listed() == at_once

    def test_lists_a_payment_that_the_gateway_knows_nothing_of(self, debtor: int) -> None:
        charge(a_card(debtor), "30.00", "2026-01-10")
        SandboxCharge.objects.all().delete()

        # It may be listed late: after a day it is missing.
        assert prove(now=at("2026-01-10") + timedelta(hours=1), actor=ACTOR).open == 0
        proven()

        receipt = Payment.objects.get().number
        assert listed() == [(f"payment {receipt}", "sandbox has no movement of 30.00 EUR")]

    def test_lists_what_was_posted_to_the_gateways_by_hand(self) -> None:
        sides = (Posting(1030, euro("9.00")), Posting(1020, -euro("9.00")))
        post_entry(entry=Entry(sides), kind="manual", posted_on=on("2026-01-11"), now=at("2026-01-11"))

        proven()

        assert listed() == [("account 1030 EUR", "holds 9.00 EUR that no document stands for")]

    def test_follows_a_chargeback_and_its_winning(self, debtor: int) -> None:
        paid = charge(a_card(debtor), "30.00", "2026-01-10")
        dispute_charge(reference=paid.reference, state="open", now=at("2026-01-11"))

        lost = proven()
        # -30.00 - 15.00 + 29.75
        assert (books("Payment gateways"), [str(held.at_gateways) for held in lost.held]) == (
            "-15.25",
            ["-15.25"],
        )
        dispute_charge(reference=paid.reference, state="won", now=at("2026-01-12"))
        won = proven("2026-01-13")

        assert (books("Payment gateways"), books("Gateway fees")) == ("14.75", "15.25")
        assert ([str(held.at_gateways) for held in won.held], listed()) == (["14.75"], [])

    def test_a_gateway_that_does_not_answer_is_a_finding_until_it_does(
        self, debtor: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def silent(*_: Any, **__: Any) -> None:
            raise OutcomeUnknown("no answer")

        charge(a_card(debtor), "30.00", "2026-01-10")
        with monkeypatch.context() as patch:
            patch.setattr(Sandbox, "movements", silent)
            prove(now=at("2026-01-10"), actor=ACTOR)
        assert listed() == [("sandbox", "could not be compared: no answer")]

        assert (proven().gone, listed()) == (1, [])


class TestPayouts:
    def statement(self, *entries: str, closing: str, day: str = "2026-01-12") -> None:
        statements = read_bank_file(camt(list(entries), closing=closing), "a.xml")
        import_statements(statements=statements, file="a.xml", now=at(day), actor=ACTOR)

    def paid_out(self, debtor: int) -> SandboxPayout:
        charge(a_card(debtor), "30.00", "2026-01-05")
        SandboxCharge.objects.update(made_at=at("2026-01-04"))
        [payout] = pay_out(now=at("2026-01-05"))
        return payout

    def test_moves_what_was_paid_to_the_bank(self, debtor: int) -> None:
        # 30.00 less the fee of 0.25.
        assert self.paid_out(debtor).amount == 2975

        proven()

        assert (books("Payment gateways"), books("Bank"), books("Gateway fees")) == ("0.00", "29.75", "0.25")
        assert listed() == []

    @pytest.mark.parametrize("first", ["bank", "gateway"])
    def test_is_what_the_bank_s_line_is_of_and_no_customer_s(self, debtor: int, first: str) -> None:
        self.paid_out(debtor)
        line = camt_entry("29.75", payer="Sandbox Payments Ltd", text="payout", iban="DE75512108001245126199")
        if first == "gateway":
            proven()
        self.statement(line, closing="129.75")
        proven()

        row = BankLine.objects.get()
        assert (row.state, row.movement.kind if row.movement else "") == ("payout", "payout")
        assert (Payment.objects.count(), books("Bank"), listed()) == (1, "29.75", [])

    def test_that_never_comes_is_listed_once_statements_reach_beyond_it(self, debtor: int) -> None:
        self.paid_out(debtor)
        proven()
        assert listed() == []

        self.statement(
            camt_entry("1.00", payer="Nobody Known", text="x", iban="DE75512108001245126199"),
            closing="101.00",
        )
        BankLine.objects.update(booked_on=on("2026-01-20"))
        proven("2026-01-21")

        payout = SandboxPayout.objects.get().reference
        assert listed() == [(f"sandbox payout:{payout}", "29.75 EUR did not come to the bank")]

    @pytest.mark.parametrize("booked", [True, False])
    def test_that_came_back_to_the_gateway_is_missed_nowhere(self, debtor: int, booked: bool) -> None:
        """The bank books it in and out, or neither."""
        self.paid_out(debtor)
        proven()
        paid = GatewayMovement.objects.get(kind="payout")
        GatewayMovement.objects.create(
            gateway="sandbox", reference="back", kind="payout", source=paid.source, amount=2975, fee=0,
            currency="EUR", at=at("2026-01-08"),
        )  # fmt: skip

        came = camt_entry("29.75", payer="Sandbox Payments Ltd", text="payout", iban="DE75512108001245126199")
        went = camt_entry("29.75", payer="Sandbox Payments Ltd", text="back", out=True, day="2026-01-09")
        nothing = camt_entry("1.00", payer="Nobody Known", text="x", day="2026-01-20")
        lines = [came, went] if booked else []
        self.statement(*lines, nothing, closing="101.00", day="2026-01-21")
        proven("2026-01-21")

        states = list(BankLine.objects.order_by("id").values_list("state", flat=True))
        assert states == ["payout", "payout", "queued"] if booked else ["queued"]
        assert (books("Bank"), books("Payment gateways"), listed()) == ("0.00", "29.75", [])


class TestWorklist:
    def test_what_a_person_settled_stays_settled(self) -> None:
        a_foreign_charge()
        proven()
        row = Finding.objects.get()

        settle_finding(finding_id=row.id, note="of the shop", now=at("2026-01-12"), actor="user:7")
        done = proven("2026-01-13")

        row.refresh_from_db()
        assert (row.settled_by, row.note, done.open, Finding.objects.count()) == (
            "user:7",
            "of the shop",
            0,
            1,
        )
        with pytest.raises(FindingUnknown):
            settle_finding(finding_id=row.id, note="again", now=at("2026-01-13"), actor="user:7")

    def test_what_is_gone_is_closed_by_the_proof(self, debtor: int) -> None:
        asked = charge(a_card(debtor), "30.00", "2026-01-10")
        SandboxCharge.objects.update(reference="sx_other")
        proven()
        assert len(listed()) == 2

        type(asked).objects.update(reference="sx_other")
        done = proven("2026-01-13")

        assert (done.gone, done.open) == (2, 0)
        assert set(Finding.objects.values_list("settled_by", flat=True)) == {"system:proof"}


class TestAlarm:
    """Who should know is written to, once for each finding."""

    @pytest.fixture
    def staff(self) -> None:
        for role in Role:
            a_colleague(f"{role}@lakeside.example", "", role)
        gone = a_colleague("gone@lakeside.example", "", Role.OWNER)
        gone.is_active = False
        gone.save()

    def find(self, *subjects: str) -> None:
        found = [Deviation("gateway", subject, "5.00 EUR that nothing here is for") for subject in subjects]
        open_findings(found, now=at("2026-01-12"), actor=PROOF)

    def told(self) -> list[tuple[str, int]]:
        rows = Message.objects.filter(kind="proof_alarm").order_by("id")
        return [(row.recipient, row.body_text.count("5.00 EUR")) for row in rows]

    @pytest.mark.usefixtures("staff")
    def test_tells_of_each_once_to_whoever_may_take_payments_back(self) -> None:
        self.find("sandbox charge a", "sandbox charge b")
        self.find("sandbox charge a", "sandbox charge b")
        self.find("sandbox charge a", "sandbox charge c")

        assert sorted(self.told()) == [
            ("billing@lakeside.example", 1),
            ("billing@lakeside.example", 2),
            ("owner@lakeside.example", 1),
            ("owner@lakeside.example", 2),
        ]

    @pytest.mark.usefixtures("staff")
    def test_tells_those_who_are_named_instead(self) -> None:
        set_alarm(addresses=["books@lakeside.example"], now=at("2026-01-11"), actor=PROOF)
        self.find("sandbox charge a")
        set_alarm(addresses=[], now=at("2026-01-11"), actor=PROOF)
        self.find("sandbox charge b")

        assert self.told() == [("books@lakeside.example", 1)]
        with pytest.raises(ValueError, match="is not an e-mail address"):
            set_alarm(addresses=["books"], now=at("2026-01-11"), actor=PROOF)

    @pytest.mark.usefixtures("staff")
    def test_names_some_of_many(self) -> None:
        self.find(*(f"sandbox charge {number}" for number in range(25)))

        letter = Message.objects.filter(kind="proof_alarm").earliest("id")
        assert letter.subject == "The daily proof found 25 things that do not match"
        assert letter.body_text.count("5.00 EUR") == 20
        assert "And 5 more." in letter.body_text
