from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from broadbill.contracts.domain.errors import CurrencyDiffers, FactRefused, FactUnknown, SubscriptionEnded
from broadbill.contracts.models import Fact, SubscriptionTerm
from broadbill.contracts.operations.account_facts import give_credit, void_fact
from broadbill.contracts.operations.changes import (
    cancel,
    change_plan,
    change_price,
    change_quantity,
    resume,
    suspend,
)
from broadbill.contracts.queries.verify import verify_terms
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, euro, flat, on

pytestmark = pytest.mark.django_db


def terms(subscription_id: int) -> list[tuple[str, str, str, str | None]]:
    current = SubscriptionTerm.objects.filter(subscription_id=subscription_id, superseded_at=None)
    return [
        (
            term.plan.code,
            term.state,
            str(term.holds.lower),
            str(term.holds.upper) if term.holds.upper else None,
        )
        for term in current.select_related("plan").order_by("holds")
    ]


class TestTerms:
    def test_follow_a_change_of_plan(self) -> None:
        subscription = a_subscription(an_account(), a_plan("slow"), "2026-01-01")
        a_plan("fast", "60.00")

        change_plan(
            subscription_id=subscription, plan="fast", on=on("2026-02-15"), now=at("2026-02-10"), actor=ACTOR
        )

        assert terms(subscription) == [
            ("slow", "active", "2026-01-01", "2026-02-15"),
            ("fast", "active", "2026-02-15", None),
        ]

    def test_wait_for_the_end_of_the_period_when_asked(self) -> None:
        subscription = a_subscription(an_account(), a_plan("slow"), "2026-01-01")
        a_plan("fast", "60.00")

        change_plan(
            subscription_id=subscription, plan="fast", on=on("2026-02-15"), now=at("2026-02-10"), actor=ACTOR,
            when="period_end",
        )  # fmt: skip

        assert terms(subscription)[1] == ("fast", "active", "2026-03-01", None)

    def test_show_a_pause_and_its_end(self) -> None:
        subscription = a_subscription(an_account(), a_plan("slow"), "2026-01-01")

        suspend(subscription_id=subscription, on=on("2026-03-25"), now=at("2026-03-25"), actor=ACTOR)
        resume(subscription_id=subscription, on=on("2026-04-06"), now=at("2026-04-06"), actor=ACTOR)

        assert terms(subscription) == [
            ("slow", "active", "2026-01-01", "2026-03-25"),
            ("slow", "suspended", "2026-03-25", "2026-04-06"),
            ("slow", "active", "2026-04-06", None),
        ]

    def test_show_a_suspension_that_goes_on_being_billed(self) -> None:
        subscription = a_subscription(an_account(), a_plan("slow"), "2026-01-01")

        suspend(
            subscription_id=subscription,
            on=on("2026-03-25"),
            now=at("2026-03-25"),
            actor=ACTOR,
            billing="continue",
        )

        assert terms(subscription)[1] == ("slow", "suspended", "2026-03-25", None)

    def test_keep_what_was_known_before(self) -> None:
        subscription = a_subscription(an_account(), a_plan("slow"), "2026-01-01")

        cancel(subscription_id=subscription, on=on("2026-02-15"), now=at("2026-02-20"), actor=ACTOR)

        [superseded] = SubscriptionTerm.objects.exclude(superseded_at=None)
        assert (superseded.recorded_at, superseded.superseded_at) == (at("2026-01-01"), at("2026-02-20"))
        assert terms(subscription) == [("slow", "active", "2026-01-01", "2026-02-15")]

    def test_never_overlap(self) -> None:
        subscription = a_subscription(an_account(), a_plan("slow"), "2026-01-01")
        term = SubscriptionTerm.objects.get(subscription_id=subscription)

        with pytest.raises(IntegrityError, match="never_overlap"), transaction.atomic():
            SubscriptionTerm.objects.create(
                subscription_id=subscription, plan=term.plan, quantity=1,
                holds=DateRange(on("2026-06-01"), on("2026-07-01")), recorded_at=at("2026-06-01"),
            )  # fmt: skip

    def test_hold_the_agreed_price(self) -> None:
        subscription = a_subscription(an_account(), a_plan("slow"), "2026-01-01")

        change_price(
            subscription_id=subscription, charge="access", model=flat("25.00"), on=on("2026-02-01"),
            now=at("2026-02-01"), actor=ACTOR,
        )  # fmt: skip

        latest = SubscriptionTerm.objects.filter(subscription_id=subscription, superseded_at=None).latest(
            "holds"
        )
        assert latest.prices == {"access": flat("25.00")}

    def test_are_what_the_facts_say(self) -> None:
        subscription = a_subscription(an_account(), a_plan("slow"), "2026-01-01", quantity=Decimal(2))
        change_quantity(
            subscription_id=subscription,
            quantity=Decimal(5),
            on=on("2026-01-20"),
            now=at("2026-01-20"),
            actor=ACTOR,
        )

        assert list(verify_terms()) == []
        SubscriptionTerm.objects.filter(superseded_at=None).update(quantity=9)
        assert [deviation.check for deviation in verify_terms()] == ["terms"]


class TestFacts:
    def test_are_numbered_within_their_account(self) -> None:
        plan = a_plan()
        first, second = an_account(), an_account()
        a_subscription(first, plan, "2026-01-01")
        a_subscription(second, plan, "2026-01-01")
        give_credit(
            account_id=first,
            amount=euro("5.00"),
            name="Sorry",
            on=on("2026-01-05"),
            now=at("2026-01-05"),
            actor=ACTOR,
        )

        numbers = list(Fact.objects.order_by("account_id", "number").values_list("account_id", "number"))
        assert numbers == [(first, 1), (first, 2), (second, 1)]

    def test_a_void_restores_what_was_before(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan("slow"), "2026-01-01")
        cancelled = cancel(
            subscription_id=subscription, on=on("2026-02-15"), now=at("2026-02-10"), actor=ACTOR
        )

        void_fact(
            account_id=account, number=cancelled, on=on("2026-02-11"), now=at("2026-02-11"), actor=ACTOR
        )

        assert terms(subscription) == [("slow", "active", "2026-01-01", None)]

    def test_refuse_the_void_of_nothing(self) -> None:
        with pytest.raises(FactUnknown, match="no fact number 7"):
            void_fact(
                account_id=an_account(), number=7, on=on("2026-01-01"), now=at("2026-01-01"), actor=ACTOR
            )

    def test_refuse_what_rating_could_not_read(self) -> None:
        subscription = a_subscription(an_account(), a_plan(), "2026-01-01")

        with pytest.raises(FactRefused, match="quantity"):
            change_quantity(
                subscription_id=subscription,
                quantity=Decimal(-1),
                on=on("2026-02-01"),
                now=at("2026-02-01"),
                actor=ACTOR,
            )

        assert Fact.objects.count() == 1


class TestChanges:
    def test_are_refused_after_the_end_of_service(self) -> None:
        subscription = a_subscription(an_account(), a_plan(), "2026-01-01")
        cancel(subscription_id=subscription, on=on("2026-02-15"), now=at("2026-02-15"), actor=ACTOR)

        with pytest.raises(SubscriptionEnded, match="not in service on 2026-02-15"):
            suspend(subscription_id=subscription, on=on("2026-02-15"), now=at("2026-02-16"), actor=ACTOR)

    def test_refuse_a_plan_in_another_currency(self) -> None:
        subscription = a_subscription(an_account(), a_plan(), "2026-01-01")
        a_plan("dollars", currency="USD")

        with pytest.raises(CurrencyDiffers, match="priced in USD"):
            change_plan(
                subscription_id=subscription,
                plan="dollars",
                on=on("2026-02-01"),
                now=at("2026-02-01"),
                actor=ACTOR,
            )
