"""Chasing debts: what is said and done, nobody in error, service back with the payment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from broadbill.accounts.domain.kinds import CustomerKind
from broadbill.accounts.operations.kinds import change_kind
from broadbill.billing.models import Line
from broadbill.catalog.models import Plan
from broadbill.collections.domain.policy import PolicyUnknown
from broadbill.collections.models import Episode, Promise, StepTaken
from broadbill.collections.operations.policies import follow_policy, follow_policy_by_kind, set_policy
from broadbill.collections.operations.promises import PromiseRefused, exempt, hold, promise_to_pay
from broadbill.collections.operations.run import Pass, run_collections
from broadbill.contracts.models import Subscription, SubscriptionTerm
from broadbill.contracts.operations.account_facts import give_credit
from broadbill.contracts.operations.changes import suspend
from broadbill.kernel.models import Event
from broadbill.messaging.models import Message
from broadbill.network.models import Enforcement, Restriction
from broadbill.network.queries.answers import standing_of
from broadbill.payments.models import BankLine, BankStatement, Payment
from broadbill.payments.operations.record import reverse_payment
from tests.network.edge import a_profile, an_access
from tests.payments.cards import a_card, charge
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = pytest.mark.django_db
EVERY_DAY = {"letters_on": list(range(7)), "hard_on": list(range(7))}
POLICY: dict[str, Any] = {
    "minimum": "5.00",
    "steps": [{"day": 3, "do": "reminder"}, {"day": 10, "do": "notice"}, {"day": 21, "do": "suspend"}],
    **EVERY_DAY,
}


def the_policy(**more: Any) -> None:
    set_policy(code="usual", detail={**POLICY, **more}, now=at("2025-12-01"), actor=ACTOR)


@pytest.fixture
def debtor() -> int:
    """Owes 30.00, due on 1 January; collections know the policy above."""
    the_policy()
    account = an_account(terms_days=0, email="amina@home.example")
    a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
    bill_through("2026-01-01")
    return account


def run(day: str) -> Pass:
    return run_collections(on=on(day), now=at(day))


def run_days(first: str, last: str) -> None:
    day = on(first)
    while day <= on(last):
        run(day.isoformat())
        day += timedelta(days=1)


def said(account: int) -> list[tuple[str, str]]:
    steps = StepTaken.objects.filter(episode__account_id=account).order_by("episode_id", "number")
    return [(step.on.isoformat(), step.act) for step in steps]


def walled_garden(plan: str) -> None:
    a_profile("walled", down=512, up=512)
    a_profile("full", plan, restricted_to="walled")


def is_served(account: int, day: str) -> bool:
    terms = SubscriptionTerm.objects.filter(
        subscription__account_id=account, superseded_at=None, holds__contains=on(day)
    )
    return [term.state for term in terms] == ["active"]


class TestAPass:
    def test_reminds_warns_and_stops_each_once(self, debtor: int) -> None:
        run_days("2026-01-02", "2026-01-31")

        assert said(debtor) == [
            ("2026-01-04", "reminder"),
            ("2026-01-11", "notice"),
            ("2026-01-22", "suspend"),
        ]
        assert (is_served(debtor, "2026-01-21"), is_served(debtor, "2026-01-22")) == (True, False)

    def test_ten_times_a_day_is_once(self, debtor: int) -> None:
        for _ in range(10):
            run("2026-01-04")

        assert said(debtor) == [("2026-01-04", "reminder")]
        assert Message.objects.filter(kind="reminder").count() == 1

    def test_writes_what_is_owed_and_until_when(self, debtor: int) -> None:
        run("2026-01-04")

        letter = Message.objects.get(kind="reminder")
        assert letter.subject == "A reminder from Your company: €30.00"
        assert "2026-000001, due January 1, 2026: €30.00" in letter.body_text
        assert "Please pay by January 11, 2026." in letter.body_text

    def test_tells_what_it_would_do_without_doing_it(self, debtor: int) -> None:
        found = run_collections(on=on("2026-01-04"), now=at("2026-01-04"), dry=True)

        assert (found.overdue, dict(found.taken)) == (1, {"reminder": 1})
        assert not Episode.objects.exists()

    def test_takes_as_many_queries_for_many_as_for_one(self, django_assert_max_num_queries: Any) -> None:
        the_policy()
        plan = a_plan()
        for number in range(12):
            account = an_account(terms_days=0, email=f"c{number}@home.example")
            a_subscription(account, plan, "2026-01-01")
        bill_through("2026-01-01")
        run("2026-01-04")

        with django_assert_max_num_queries(40):
            run("2026-01-11")
        assert StepTaken.objects.filter(act="notice").count() == 12

    def test_charges_a_late_fee_and_interest_with_their_reasons(self) -> None:
        the_policy(
            steps=[
                {"day": 5, "do": "late_fee", "amount": "4.00"},
                {"day": 30, "do": "interest", "percent": "9.12"},
            ]
        )
        account = an_account(terms_days=0)
        a_subscription(account, a_plan(amount="1000.00"), "2026-01-01")
        bill_through("2026-01-01")

        run_days("2026-01-02", "2026-01-31")
        bill_through("2026-02-01")

        charged = Line.objects.filter(document__account_id=account, kind="charge").order_by("position")
        # 1,000.00 × 9.12 % × 30 ÷ 365 = 7.50 (7.4958).
        assert [(line.amount, line.description) for line in charged] == [
            (400, "Late fee, 1000.00 overdue since 2026-01-01"),
            (750, "Interest of 9.12 % a year on 1000.00 since 2026-01-01"),
        ]

    def test_ends_service_that_stays_unpaid(self) -> None:
        the_policy(steps=[{"day": 3, "do": "suspend"}, {"day": 20, "do": "terminate"}])
        account = an_account(terms_days=0)
        a_subscription(account, a_plan(), "2026-01-01")
        bill_through("2026-01-01")

        run_days("2026-01-02", "2026-01-25")

        current = SubscriptionTerm.objects.filter(subscription__account_id=account, superseded_at=None)
        assert not current.filter(holds__contains=on("2026-01-22")).exists()

    def test_chases_a_younger_debt_from_the_first_step(self, debtor: int) -> None:
        """January is paid on 5 February, when February's bill is 4 days late: it has a reminder of its own."""
        run_days("2026-01-02", "2026-01-15")
        bill_through("2026-02-01")
        pay(debtor, "30.00", "2026-02-05")

        run_days("2026-02-05", "2026-02-07")

        assert said(debtor)[-1] == ("2026-02-05", "reminder")


class TestNobodyInError:
    def nothing_happens(self, account: int) -> None:
        run_days("2026-01-02", "2026-01-31")
        assert said(account) == []
        assert is_served(account, "2026-01-31")

    def test_who_owes_less_than_the_minimum(self, debtor: int) -> None:
        pay(debtor, "25.01", "2026-01-01")
        self.nothing_happens(debtor)

    def test_who_has_credit(self, debtor: int) -> None:
        give_credit(account_id=debtor, amount=euro("30.00"), name="Sorry", on=on("2026-01-01"), now=at("2026-01-01"),
                    actor=ACTOR)  # fmt: skip
        pay(debtor, "30.00", "2026-01-01")
        self.nothing_happens(debtor)

    @pytest.mark.usefixtures("sandbox")
    def test_whose_card_charge_has_no_outcome_yet(self, debtor: int) -> None:
        charge(a_card(debtor, "timeout_after"), "30.00", "2026-01-02")
        self.nothing_happens(debtor)

    def test_whose_transfer_waits_in_the_bank_s_queue(self, debtor: int) -> None:
        statement = BankStatement.objects.create(
            number="1", file="f", imported_by=ACTOR, imported_at=at("2026-01-02")
        )
        BankLine.objects.create(statement=statement, identity=b"1", booked_on=on("2026-01-02"), amount=3000,
                                currency="EUR", state="queued", reason="several", suggested=[debtor])  # fmt: skip
        self.nothing_happens(debtor)

    def test_who_promised(self, debtor: int) -> None:
        promise_to_pay(account_id=debtor, parts=[(euro("30.00"), on("2026-02-15"))], on=on("2026-01-02"),
                       now=at("2026-01-02"), actor=ACTOR)  # fmt: skip
        self.nothing_happens(debtor)

    def test_whom_a_person_holds(self, debtor: int) -> None:
        hold(
            account_id=debtor, until=on("2026-01-31"), reason="in hospital", now=at("2026-01-02"), actor=ACTOR
        )
        self.nothing_happens(debtor)

    def test_who_is_exempt(self, debtor: int) -> None:
        exempt(
            account_id=debtor,
            until=on("2027-01-01"),
            reason="a dialysis at home",
            now=at("2026-01-02"),
            actor=ACTOR,
        )
        self.nothing_happens(debtor)

    def test_who_pays_between_the_look_and_the_act(
        self, debtor: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from broadbill.collections.operations import run as running

        really = running.lock_accounts

        def paid_meanwhile(ids: Any) -> Any:
            pay(debtor, "30.00", "2026-01-04", key="meanwhile")
            return really(ids)

        monkeypatch.setattr(running, "lock_accounts", paid_meanwhile)
        run("2026-01-04")

        assert said(debtor) == []


class TestRestoring:
    @pytest.fixture
    def stopped(self, debtor: int) -> int:
        run_days("2026-01-02", "2026-01-23")
        assert not is_served(debtor, "2026-01-23")
        return debtor

    def test_a_payment_brings_service_back_at_once(self, stopped: int) -> None:
        pay(stopped, "30.00", "2026-01-25")

        assert is_served(stopped, "2026-01-25")
        assert Episode.objects.get().state == "closed"

    def test_a_payment_that_leaves_less_than_the_minimum_does_too(self, stopped: int) -> None:
        pay(stopped, "25.50", "2026-01-25")

        assert is_served(stopped, "2026-01-25")

    def test_a_part_that_leaves_more_does_not(self, stopped: int) -> None:
        pay(stopped, "20.00", "2026-01-25")

        assert not is_served(stopped, "2026-01-25")

    def test_charges_the_reconnection_where_the_policy_says_so(self, stopped: int) -> None:
        the_policy(reconnection_fee="10.00")

        pay(stopped, "30.00", "2026-01-25")
        bill_through("2026-02-01")

        [line] = Line.objects.filter(document__account_id=stopped, kind="charge")
        assert (line.amount, line.description) == (1000, "Reconnection on 2026-01-25")

    def test_leaves_what_somebody_else_stopped(self, debtor: int) -> None:
        other = a_subscription(debtor, a_plan("tv", "12.00"), "2026-01-02")
        suspend(subscription_id=other, on=on("2026-01-03"), now=at("2026-01-03"), actor=ACTOR)
        run_days("2026-01-04", "2026-01-23")

        pay(debtor, "30.00", "2026-01-25")

        states = SubscriptionTerm.objects.filter(
            subscription__account_id=debtor, superseded_at=None, holds__contains=on("2026-01-25")
        )
        assert sorted(states.values_list("state", flat=True)) == ["active", "suspended"]

    def test_a_payment_that_does_not_hold_takes_it_up_where_it_was(self, stopped: int) -> None:
        paid = pay(stopped, "30.00", "2026-01-25")
        reverse_payment(number=paid.number, reason="returned", reversed_on=on("2026-01-28"), now=at("2026-01-28"),
                        actor=ACTOR)  # fmt: skip

        run("2026-01-29")

        assert said(stopped)[-1] == ("2026-01-29", "suspend")
        assert not is_served(stopped, "2026-01-29")
        assert Payment.objects.count() == 1


class TestRestricting:
    """The policy restricts on day 15 and stops on day 21; the plan's profile has a walled garden."""

    STEPS = [{"day": 3, "do": "reminder"}, {"day": 15, "do": "restrict"}, {"day": 21, "do": "suspend"}]

    @pytest.fixture
    def restricted(self, debtor: int) -> int:
        walled_garden("fiber")
        [subscription] = Subscription.objects.filter(account=debtor)
        an_access(debtor, subscription.pk, "amina@isp")
        the_policy(steps=self.STEPS)
        run_days("2026-01-02", "2026-01-16")
        return debtor

    def test_leaves_the_walled_garden_alone_open_and_goes_on_billing(self, restricted: int) -> None:
        assert said(restricted)[-1] == ("2026-01-16", "restrict")
        assert (standing_of("amina@isp").state, standing_of("amina@isp").profile) == ("restricted", "walled")
        assert is_served(restricted, "2026-01-16")

    def test_says_until_when_to_pay_before_service_stops(self, restricted: int) -> None:
        letter = Message.objects.get(kind="service_restricted")

        assert letter.subject == "Your service is restricted: €30.00 is overdue"
        assert "Please pay by January 22, 2026, or it will be stopped altogether." in letter.body_text

    def test_has_the_sessions_told(self, restricted: int) -> None:
        assert Enforcement.objects.get().cause == "subscription was restricted"

    def test_a_payment_opens_everything_at_once_and_costs_no_reconnection(self, restricted: int) -> None:
        the_policy(steps=self.STEPS, reconnection_fee="10.00")

        pay(restricted, "30.00", "2026-01-17")
        bill_through("2026-02-01")

        assert standing_of("amina@isp").state == "active"
        assert not Line.objects.filter(document__account_id=restricted, kind="charge").exists()

    def test_service_stops_after_it_and_one_payment_ends_both(self, restricted: int) -> None:
        run_days("2026-01-17", "2026-01-22")
        assert not is_served(restricted, "2026-01-22")

        pay(restricted, "30.00", "2026-01-25")

        assert is_served(restricted, "2026-01-25")
        assert not Restriction.objects.filter(ends_at=None).exists()

    def test_a_payment_that_does_not_hold_restricts_again(self, restricted: int) -> None:
        paid = pay(restricted, "30.00", "2026-01-17")
        reverse_payment(number=paid.number, reason="returned", reversed_on=on("2026-01-18"), now=at("2026-01-18"),
                        actor=ACTOR)  # fmt: skip

        run("2026-01-19")

        assert said(restricted)[-1] == ("2026-01-19", "restrict")
        assert Restriction.objects.filter(ends_at=None).count() == 1

    def test_who_pays_between_the_look_and_the_act_is_not_restricted(
        self, debtor: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from broadbill.collections.operations import run as running

        walled_garden("fiber")
        the_policy(steps=self.STEPS)
        run("2026-01-04")
        really = running.lock_accounts

        def paid_meanwhile(ids: Any) -> Any:
            pay(debtor, "30.00", "2026-01-16", key="meanwhile")
            return really(ids)

        monkeypatch.setattr(running, "lock_accounts", paid_meanwhile)
        run("2026-01-16")

        assert not Restriction.objects.exists()

    def test_says_on_the_account_that_there_is_no_walled_garden_and_tells_nobody(self, debtor: int) -> None:
        the_policy(steps=self.STEPS)

        run_days("2026-01-02", "2026-01-16")

        assert Event.objects.get(verb="dunning.restrict").data["nothing_done"] is True
        assert not Message.objects.filter(kind="service_restricted").exists()


class TestPromises:
    def test_a_kept_one_leaves_nothing_and_a_broken_one_goes_on(self, debtor: int) -> None:
        promise_to_pay(account_id=debtor, parts=[(euro("30.00"), on("2026-01-20"))], on=on("2026-01-02"),
                       now=at("2026-01-02"), actor=ACTOR)  # fmt: skip
        run_days("2026-01-02", "2026-01-25")

        assert Promise.objects.get().state == "broken"
        assert said(debtor) == [("2026-01-21", "reminder")]

    def test_an_instalment_plan_holds_while_its_parts_come(self, debtor: int) -> None:
        days = [date(2026, 1, 10), date(2026, 1, 20), date(2026, 1, 30)]
        promise_to_pay(account_id=debtor, parts=[(euro("10.00"), day) for day in days], on=on("2026-01-02"),
                       now=at("2026-01-02"), actor=ACTOR)  # fmt: skip
        pay(debtor, "10.00", "2026-01-09")
        pay(debtor, "10.00", "2026-01-19")

        run_days("2026-01-02", "2026-01-30")
        assert said(debtor) == []

        run_days("2026-01-31", "2026-02-01")
        assert [row.state for row in Promise.objects.order_by("due_on")] == ["kept", "kept", "broken"]
        assert said(debtor) == [("2026-01-31", "reminder")]

    @pytest.mark.parametrize("days", [[], ["2026-01-01"], ["2026-01-10", "2026-01-05"]])
    def test_that_make_no_sense_are_refused(self, debtor: int, days: list[str]) -> None:
        with pytest.raises(PromiseRefused):
            promise_to_pay(account_id=debtor, parts=[(euro("10.00"), on(day)) for day in days], on=on("2026-01-02"),
                           now=at("2026-01-02"), actor=ACTOR)  # fmt: skip


class TestPolicies:
    def test_an_account_may_have_its_own(self, debtor: int) -> None:
        set_policy(code="gentle", detail={"steps": [{"day": 30, "do": "reminder"}], **EVERY_DAY}, now=at("2026-01-01"),
                   actor=ACTOR)  # fmt: skip
        follow_policy(account_id=debtor, policy="gentle", now=at("2026-01-01"), actor=ACTOR)

        run_days("2026-01-02", "2026-02-02")

        assert said(debtor) == [("2026-01-31", "reminder")]

    def test_go_by_the_kind_of_customer_where_they_have_none_of_their_own(self, debtor: int) -> None:
        for code, day in (("firms", 30), ("gentle", 25)):
            set_policy(code=code, detail={"steps": [{"day": day, "do": "reminder"}], **EVERY_DAY},
                       now=at("2026-01-01"), actor=ACTOR)  # fmt: skip
        follow_policy_by_kind(kind=CustomerKind.BUSINESS, policy="firms", now=at("2026-01-01"), actor=ACTOR)
        change_kind(account_id=debtor, kind=CustomerKind.BUSINESS, now=at("2026-01-01"), actor=ACTOR)
        consumer, firm = an_account(terms_days=0), an_account(terms_days=0, kind="business")
        for account in (consumer, firm):
            a_subscription(account, Plan.objects.get(), "2026-01-01")
        follow_policy(account_id=firm, policy="gentle", now=at("2026-01-01"), actor=ACTOR)
        bill_through("2026-01-01")

        run_days("2026-01-02", "2026-02-02")

        assert said(debtor) == [("2026-01-31", "reminder")]
        assert said(firm) == [("2026-01-26", "reminder")]
        assert said(consumer)[0] == ("2026-01-04", "reminder")

    def test_a_kind_and_an_account_can_be_chased_as_usual_again(self, debtor: int) -> None:
        set_policy(
            code="never",
            detail={"steps": [{"day": 900, "do": "reminder"}]},
            now=at("2026-01-01"),
            actor=ACTOR,
        )
        for policy in ("never", ""):
            follow_policy(account_id=debtor, policy=policy, now=at("2026-01-01"), actor=ACTOR)
            follow_policy_by_kind(
                kind=CustomerKind.RESIDENTIAL, policy=policy, now=at("2026-01-01"), actor=ACTOR
            )

        run("2026-01-04")

        assert said(debtor) == [("2026-01-04", "reminder")]

    def test_that_do_not_exist_cannot_be_chosen(self, debtor: int) -> None:
        with pytest.raises(PolicyUnknown, match="There is no dunning policy moon"):
            follow_policy(account_id=debtor, policy="moon", now=at("2026-01-01"), actor=ACTOR)
        with pytest.raises(PolicyUnknown):
            follow_policy_by_kind(
                kind=CustomerKind.PUBLIC_BODY, policy="moon", now=at("2026-01-01"), actor=ACTOR
            )
