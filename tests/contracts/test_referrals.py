"""One account brings another; when the new one has paid an invoice, each side gets its credit, once."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from broadbill.accounts.domain.errors import AccountClosed
from broadbill.accounts.operations.change_profile import close_account
from broadbill.billing.models import Document
from broadbill.billing.queries.verify import verify_documents
from broadbill.catalog.domain.promotion_errors import PromotionEnded, PromotionKindDiffers, PromotionUsedUp
from broadbill.contracts.domain.promotion_errors import (
    AccountRefersItself,
    AlreadyReferred,
    AlreadyTaken,
    PromotionInOtherCurrency,
    ReferredCameFirst,
)
from broadbill.contracts.models import Fact, Referral
from broadbill.contracts.operations.referrals import REWARD_TASK, refer, reward_referral
from broadbill.kernel.models import Event
from tests.promotions import a_promotion
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on, pay

pytestmark = pytest.mark.django_db


def friends(**terms: object) -> str:
    """10.00 for who brings, 5.00 for who comes."""
    terms = {
        "name": "Bring a friend",
        "kind": "referral",
        "benefit": {"referrer": "10.00", "referred": "5.00"},
        "currency": "EUR",
        **terms,
    }
    return a_promotion("friends", **terms)


def brought(referred: int, *, by: int, day: str = "2026-01-02") -> int:
    return refer(
        promotion="friends", referrer_id=by, referred_id=referred, on=on(day), now=at(day), actor=ACTOR
    )


def worker_works(day: str) -> int:
    """What the worker does with the jobs that were left; returns how many there were."""
    jobs = list(ProcrastinateJob.objects.filter(task_name=REWARD_TASK).order_by("id"))
    for job in jobs:
        reward_referral(**job.args, on=on(day), now=at(day))
    return len(jobs)


def credits_of(account_id: int) -> list[tuple[str, str]]:
    facts = Fact.objects.filter(account_id=account_id, kind="credit").order_by("number")
    return [(fact.detail["amount"], fact.detail["name"]) for fact in facts]


class TestAReferral:
    def test_gives_both_sides_their_credit_when_the_first_invoice_is_paid(self) -> None:
        friends()
        plan = a_plan(amount="30.00")
        amina, blue = an_account("Amina"), an_account("Blue")
        a_subscription(amina, plan, "2026-01-01")
        a_subscription(blue, plan, "2026-01-01")
        brought(blue, by=amina)
        bill_through("2026-01-01")

        assert worker_works("2026-01-01") == 0
        pay(blue, "30.00", "2026-01-10")
        worker_works("2026-01-10")
        bill_through("2026-02-01")

        assert credits_of(amina) == [("10.00", "Bring a friend")]
        assert credits_of(blue) == [("5.00", "Bring a friend")]
        # 30.00 − 10.00 = 20.00 and 30.00 − 5.00 = 25.00
        february = Document.objects.filter(issued_on=on("2026-02-01")).order_by("account_id")
        assert [document.total for document in february] == [2000, 2500]
        assert list(verify_documents()) == []

    def test_gives_nothing_while_a_part_is_open(self) -> None:
        friends()
        amina, blue = an_account(), an_account()
        a_subscription(blue, a_plan(amount="30.00"), "2026-01-01")
        brought(blue, by=amina)
        bill_through("2026-01-01")

        pay(blue, "29.99", "2026-01-10")
        assert worker_works("2026-01-10") == 0

        pay(blue, "0.01", "2026-01-11")
        assert worker_works("2026-01-11") == 1

    def test_gives_its_credits_when_a_run_pays_the_invoice_from_what_was_paid_before(self) -> None:
        friends()
        amina, blue = an_account(), an_account()
        a_subscription(blue, a_plan(amount="30.00"), "2026-01-01")
        brought(blue, by=amina)
        pay(blue, "50.00", "2026-01-01")

        bill_through("2026-01-01")
        worker_works("2026-01-01")

        assert credits_of(amina) == [("10.00", "Bring a friend")]

    def test_gives_its_credits_once(self) -> None:
        friends()
        amina, blue = an_account(), an_account()
        a_subscription(blue, a_plan(amount="30.00"), "2026-01-01")
        brought(blue, by=amina)
        for month in ("01", "02"):
            bill_through(f"2026-{month}-01")
            pay(blue, "30.00", f"2026-{month}-05")
        worker_works("2026-02-05")

        worker_works("2026-02-06")

        assert len(credits_of(amina)) == len(credits_of(blue)) == 1

    def test_is_rewarded_by_the_job_of_that_name(self) -> None:
        friends()
        amina, blue = an_account(), an_account()
        referral = brought(blue, by=amina)

        app.tasks[REWARD_TASK](referral_id=referral)

        assert credits_of(amina) == [("10.00", "Bring a friend")]

    def test_may_be_for_one_side_alone(self) -> None:
        friends(benefit={"referrer": "10.00"})
        amina, blue = an_account(), an_account()
        referral = brought(blue, by=amina)

        reward_referral(referral_id=referral, on=on("2026-01-10"), now=at("2026-01-10"))

        assert (len(credits_of(amina)), len(credits_of(blue))) == (1, 0)
        row = Referral.objects.get()
        assert (row.referrer_fact, row.referred_fact, row.rewarded_at) == (1, None, at("2026-01-10"))

    def test_is_told_on_both_sides(self) -> None:
        friends()
        amina, blue = an_account(number="A"), an_account(number="B")
        brought(blue, by=amina)

        events = Event.objects.filter(verb="referral.made").order_by("id")
        assert [(event.account_id, event.data["side"]) for event in events] == [
            (amina, "referrer"),
            (blue, "referred"),
        ]
        assert {event.data["referred"] for event in events} == {"B"}


class TestReferring:
    def test_is_for_another_account(self) -> None:
        friends()
        account = an_account()

        with pytest.raises(AccountRefersItself):
            brought(account, by=account)

    def test_happens_once_to_an_account(self) -> None:
        friends()
        amina, blue, cato = an_account(number="A"), an_account(number="B"), an_account()
        brought(blue, by=amina)

        with pytest.raises(AlreadyReferred, match="B was referred by A already"):
            brought(blue, by=cato)

    def test_does_not_go_backwards(self) -> None:
        friends()
        older = an_account(number="OLD", opened_on=on("2025-01-01"))
        newer = an_account(number="NEW", opened_on=on("2026-01-01"))

        with pytest.raises(ReferredCameFirst, match="OLD was a customer before NEW"):
            brought(older, by=newer)

    def test_ends_at_the_limit_of_one_referrer(self) -> None:
        friends(limit_per_account=1)
        amina = an_account()
        brought(an_account(), by=amina)

        with pytest.raises(AlreadyTaken):
            brought(an_account(), by=amina)

    def test_ends_at_the_limit_of_all(self) -> None:
        friends(limit=1)
        brought(an_account(), by=an_account())

        with pytest.raises(PromotionUsedUp):
            brought(an_account(), by=an_account())

        assert Referral.objects.count() == 1

    def test_ends_with_the_promotion(self) -> None:
        friends(ends_on=on("2026-01-02"))

        with pytest.raises(PromotionEnded):
            brought(an_account(), by=an_account())

    def test_is_no_discount(self) -> None:
        a_promotion("friends")

        with pytest.raises(PromotionKindDiffers, match="friends is a discount, not a referral"):
            brought(an_account(), by=an_account())

    def test_is_in_the_currency_of_both(self) -> None:
        friends()

        with pytest.raises(PromotionInOtherCurrency):
            brought(an_account(currency="USD"), by=an_account())

    def test_is_closed_to_closed_accounts(self) -> None:
        friends()
        amina = an_account()
        close_account(account_id=amina, closed_on=on("2026-01-02"), now=at("2026-01-02"), actor=ACTOR)

        with pytest.raises(AccountClosed):
            brought(an_account(), by=amina)
