from __future__ import annotations

from decimal import Decimal

import pytest

from broadbill.accounts.domain.errors import AccountClosed
from broadbill.accounts.operations.change_profile import close_account
from broadbill.billing.models import Document
from broadbill.billing.queries.verify import verify_documents
from broadbill.contracts.domain.errors import (
    ChargeNotSold,
    FactRefused,
    SubscriptionEnded,
    SubscriptionUnknown,
)
from broadbill.contracts.models import Fact
from broadbill.contracts.operations.changes import change_quantity
from broadbill.contracts.operations.discounts import NewDiscount, give_discount
from broadbill.contracts.queries.verify import verify_terms
from broadbill.core.money import Currency
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on

pytestmark = pytest.mark.django_db


def given(account_id: int, day: str, subscription_id: int | None = None, **discount: object) -> int:
    new = NewDiscount(**{"name": "Loyalty", **discount})  # type: ignore[arg-type]
    return give_discount(
        account_id=account_id,
        subscription_id=subscription_id,
        discount=new,
        on=on(day),
        now=at(day),
        actor=ACTOR,
    )


class TestADiscount:
    def test_lowers_the_bill_of_the_subscription_it_is_for(self) -> None:
        account, plan = an_account(), a_plan(amount="30.00")
        first = a_subscription(account, plan, "2026-01-01")
        a_subscription(account, plan, "2026-01-01")

        given(account, "2026-01-01", first, percent=Decimal("12.5"))
        bill_through("2026-01-01")

        # 30.00 − 12.5 % of 30.00 = 26.25, and 30.00
        assert Document.objects.get().total == 5625
        assert list(verify_documents()) == []

    def test_lowers_the_bill_of_the_whole_account_until_a_day(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(amount="30.00"), "2026-01-01")

        given(account, "2026-01-01", amount=euro("3.00"), until=on("2026-02-01"))
        bill_through("2026-01-01")
        bill_through("2026-02-01")

        assert list(Document.objects.order_by("id").values_list("total", flat=True)) == [2700, 3000]

    def test_leaves_what_the_subscription_is_as_it_was(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(), "2026-01-01")
        given(account, "2026-01-01", subscription, percent=Decimal(10))

        change_quantity(
            subscription_id=subscription, quantity=Decimal(2), on=on("2026-02-01"), now=at("2026-02-01"), actor=ACTOR
        )  # fmt: skip

        assert list(verify_terms()) == []


class TestGiving:
    def test_refuses_a_charge_that_is_not_there_to_be_lowered(self) -> None:
        account = an_account(number="A/1")
        subscription = a_subscription(account, a_plan(), "2026-01-01")

        with pytest.raises(ChargeNotSold, match=r"A/1/S1 has no charge acess\. It has: access"):
            given(account, "2026-01-01", subscription, percent=Decimal(10), charges=("acess",))
        with pytest.raises(ChargeNotSold, match="Account A/1 has no charge acess"):
            given(account, "2026-01-01", percent=Decimal(10), charges=("acess",))

    @pytest.mark.parametrize(
        ("discount", "reason"),
        [
            ({}, "percent: needs either percent or amount"),
            ({"percent": Decimal(10), "amount": euro("1.00")}, "percent: needs either percent or amount"),
            ({"percent": Decimal(101)}, "percent: must be at most 100"),
            ({"amount": euro("0.00")}, "amount: must be greater than 0"),
            ({"amount": Currency.of("USD").exact(Decimal(1))}, "is billed in EUR"),
            ({"percent": Decimal(10), "periods": 0}, "periods: must be a whole number"),
            ({"percent": Decimal(10), "until": on("2026-01-01")}, "cannot end before 2026-01-01"),
            ({"percent": Decimal(10), "name": ""}, "name: must be a text"),
        ],
    )
    def test_refuses_what_would_be_no_discount(self, discount: dict[str, object], reason: str) -> None:
        with pytest.raises(FactRefused, match=reason):
            given(an_account(), "2026-01-01", **discount)

        assert not Fact.objects.exists()

    def test_refuses_a_subscription_of_somebody_else_or_not_yet_begun(self) -> None:
        account = an_account()
        theirs = a_subscription(an_account(), a_plan(), "2026-01-01")
        later = a_subscription(account, a_plan("later"), "2026-02-01")

        with pytest.raises(SubscriptionUnknown):
            given(account, "2026-01-01", theirs, percent=Decimal(10))
        with pytest.raises(SubscriptionEnded):
            given(account, "2026-01-31", later, percent=Decimal(10))

    def test_refuses_a_closed_account(self) -> None:
        account = an_account()
        close_account(account_id=account, closed_on=on("2026-02-01"), now=at("2026-02-01"), actor=ACTOR)

        with pytest.raises(AccountClosed):
            given(account, "2026-02-01", percent=Decimal(10))
