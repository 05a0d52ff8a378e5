from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from broadbill.billing.models import Document
from broadbill.billing.queries.explain import explain_document
from broadbill.billing.queries.verify import verify_documents
from broadbill.catalog.operations.plans import define_plan
from broadbill.contracts.domain.errors import (
    ChargeNotSold,
    FactRefused,
    OutageOnRecord,
    SubscriptionEnded,
    SubscriptionUnknown,
)
from broadbill.contracts.models import Fact
from broadbill.contracts.operations.account_facts import void_fact
from broadbill.contracts.operations.changes import cancel, suspend
from broadbill.contracts.operations.outages import NewOutage, record_outage, record_outage_of_account
from broadbill.contracts.queries.verify import verify_terms
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, flat, on

pytestmark = pytest.mark.django_db
A_DAY = {"per": "day"}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def outage(
    starts: str = "2026-06-10 00:00",
    ends: str = "2026-06-13 00:00",
    credit: dict[str, Any] | None = None,
    **more: Any,
) -> NewOutage:
    return NewOutage(starts=moment(starts), ends=moment(ends), credit=credit or A_DAY, **more)


def recorded(new: NewOutage, *subscriptions: int) -> list[int]:
    return record_outage(outage=new, subscription_ids=subscriptions, now=at("2026-06-13"), actor=ACTOR)


class TestAnOutage:
    def test_gives_a_day_of_credit_for_a_day(self) -> None:
        account = an_account(timezone="UTC")
        subscription = a_subscription(account, a_plan(amount="60.00"), "2026-06-01")
        bill_through("2026-06-01")

        recorded(outage(), subscription)
        bill_through("2026-07-01")

        # 60.00 × 3 ÷ 30 = 6.00 off July's 60.00 (worked example 11 of the scenario contract)
        assert Document.objects.latest("id").total == 5400
        assert list(verify_documents()) == []
        assert list(verify_terms()) == []

    def test_gives_a_step_by_its_length(self) -> None:
        subscription = a_subscription(an_account(timezone="UTC"), a_plan(amount="60.00"), "2026-06-01")
        steps = {"steps": [{"from_minutes": 60, "percent": "10"}, {"from_minutes": 240, "percent": "25"}]}

        recorded(outage("2026-06-10 08:00", "2026-06-10 12:00", steps), subscription)
        bill_through("2026-06-12")

        # Out for 240 minutes: 25 % of 60.00 = 15.00
        assert Document.objects.get().total == 4500

    def test_of_many_subscriptions_credits_each(self) -> None:
        plan = a_plan(amount="60.00")
        accounts = [an_account(timezone="UTC") for _ in range(3)]
        subscriptions = [a_subscription(account, plan, "2026-06-01") for account in accounts]

        numbers = recorded(outage(), *subscriptions)
        bill_through("2026-06-13")

        assert numbers == [2, 2, 2]
        assert list(Document.objects.values_list("total", flat=True)) == [5400, 5400, 5400]

    def test_of_an_account_credits_all_it_has(self) -> None:
        account = an_account(timezone="UTC")
        a_subscription(account, a_plan("fiber", "60.00"), "2026-06-01")
        a_subscription(account, a_plan("phone", "30.00"), "2026-06-01")

        record_outage_of_account(outage=outage(), account_id=account, now=at("2026-06-13"), actor=ACTOR)
        bill_through("2026-06-13")

        # 90.00 − 6.00 − 3.00
        assert Document.objects.get().total == 8100

    def test_of_an_account_is_named_by_the_line_it_gave(self) -> None:
        account = an_account(timezone="UTC")
        a_subscription(account, a_plan(amount="60.00"), "2026-06-01")
        record_outage_of_account(outage=outage(), account_id=account, now=at("2026-06-13"), actor=ACTOR)
        bill_through("2026-06-13")

        [_, credit] = explain_document(Document.objects.get().number).lines

        assert "outage" in [fact.kind for fact in credit.facts]

    def test_begins_on_the_day_it_was_where_the_customer_is(self) -> None:
        subscription = a_subscription(an_account(timezone="Asia/Tokyo"), a_plan(), "2026-06-01")

        # 20:00 of the 9th in UTC is 05:00 of the 10th in Tokyo.
        recorded(outage("2026-06-09 20:00"), subscription)

        assert Fact.objects.get(kind="outage").effective_on == on("2026-06-10")

    def test_leaves_what_the_subscription_is_as_it_was(self) -> None:
        subscription = a_subscription(an_account(), a_plan(), "2026-06-01")
        recorded(outage(), subscription)

        suspend(subscription_id=subscription, on=on("2026-06-20"), now=at("2026-06-20"), actor=ACTOR)

        assert list(verify_terms()) == []


def spans(account: int) -> list[tuple[str, str, list[str]]]:
    """Day and hour of the outages on record, with their charges."""
    rows = Fact.objects.filter(account_id=account, kind="outage").order_by("number")
    return [(row.detail["from"][8:13], row.detail["to"][8:13], row.detail["credit"]["of"]) for row in rows]


class TestTimeOnRecord:
    def test_is_not_recorded_again(self) -> None:
        account = an_account(timezone="UTC")
        subscription = a_subscription(account, a_plan(amount="60.00"), "2026-06-01")
        recorded(outage("2026-06-10 00:00", "2026-06-12 00:00"), subscription)

        recorded(outage("2026-06-09 00:00", "2026-06-14 00:00"), subscription)
        bill_through("2026-06-14")

        assert spans(account) == [
            ("10T00", "12T00", ["access"]), ("09T00", "10T00", ["access"]), ("12T00", "14T00", ["access"])
        ]  # fmt: skip
        # Out for the 5 days from the 9th to the 14th, once: 60.00 − 5 × 2.00
        assert Document.objects.get().total == 5000

    def test_is_refused_where_nothing_else_is_left(self) -> None:
        subscription = a_subscription(an_account(timezone="UTC"), a_plan(), "2026-06-01")
        recorded(outage(), subscription)

        with pytest.raises(OutageOnRecord, match="2026-06-11 00:00 UTC to 2026-06-12 00:00 UTC is on record"):
            recorded(outage("2026-06-11 00:00", "2026-06-12 00:00"), subscription)

    def test_counts_for_each_service_of_an_account(self) -> None:
        account = an_account(timezone="UTC")
        fiber = a_subscription(account, a_plan("fiber", "60.00"), "2026-06-01")
        a_subscription(account, a_plan("phone", "30.00"), "2026-06-01")
        recorded(outage(), fiber)

        record_outage_of_account(outage=outage(), account_id=account, now=at("2026-06-13"), actor=ACTOR)
        bill_through("2026-06-13")

        # 90.00 − 6.00 − 3.00, as if the account had been out once
        assert Document.objects.get().total == 8100

    def test_is_free_again_when_it_was_voided(self) -> None:
        account = an_account(timezone="UTC")
        subscription = a_subscription(account, a_plan(amount="60.00"), "2026-06-01")
        [number] = recorded(outage(), subscription)
        void_fact(account_id=account, number=number, on=on("2026-06-13"), now=at("2026-06-13"), actor=ACTOR)

        recorded(outage(), subscription)
        bill_through("2026-06-13")

        assert Document.objects.get().total == 5400

    def test_of_another_charge_is_another_outage(self) -> None:
        charges = [
            {"code": code, "type": "recurring", "period": "month", "model": flat("30.00")}
            for code in ("access", "tv")
        ]
        plan = define_plan(
            code="both", name="Both", currency="EUR", charges=charges, now=at("2025-12-01"), actor=ACTOR
        )
        account = an_account(timezone="UTC")
        subscription = a_subscription(account, plan, "2026-06-01")
        recorded(outage(charges=("tv",)), subscription)

        recorded(outage(), subscription)

        assert spans(account) == [("10T00", "13T00", ["tv"]), ("10T00", "13T00", ["access"])]


class TestRecording:
    def test_refuses_all_when_one_was_not_in_service(self) -> None:
        plan = a_plan()
        here = a_subscription(an_account(), plan, "2026-06-01")
        gone = a_subscription(an_account(number="GONE"), plan, "2026-06-01")
        cancel(subscription_id=gone, on=on("2026-06-05"), now=at("2026-06-05"), actor=ACTOR)

        with pytest.raises(SubscriptionEnded, match="GONE/S1 is not in service on 2026-06-10"):
            recorded(outage(), here, gone)

        assert not Fact.objects.filter(kind="outage").exists()

    def test_refuses_a_subscription_that_there_is_not(self) -> None:
        with pytest.raises(SubscriptionUnknown, match="424242"):
            recorded(outage(), 424242)

    def test_refuses_a_charge_that_none_has(self) -> None:
        subscription = a_subscription(an_account(), a_plan(), "2026-06-01")

        with pytest.raises(ChargeNotSold, match="has no charge acess"):
            recorded(outage(charges=("acess",)), subscription)

    @pytest.mark.parametrize(
        ("ends", "credit", "reason"),
        [
            ("2026-06-10 00:00", A_DAY, "to: must be after from"),
            ("2026-06-13 00:00", {"per": "week"}, "per: must be one of hour, day"),
            ("2026-06-13 00:00", {"steps": []}, "needs at least one step"),
        ],
    )
    def test_refuses_what_rating_could_not_read(self, ends: str, credit: dict[str, Any], reason: str) -> None:
        subscription = a_subscription(an_account(), a_plan(), "2026-06-01")

        with pytest.raises(FactRefused, match=reason):
            recorded(outage(ends=ends, credit=credit), subscription)

    def test_refuses_an_account_with_nothing_in_service(self) -> None:
        account = an_account(number="A/1")

        with pytest.raises(FactRefused, match="A/1 had nothing in service"):
            record_outage_of_account(outage=outage(), account_id=account, now=at("2026-06-13"), actor=ACTOR)
