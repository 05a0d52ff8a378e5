"""What the simulator refuses, records refuse too, with the same sentence, and nothing is half done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from broadbill.accounts.models import Account
from broadbill.catalog.models import Charge, Plan, Price
from broadbill.catalog.operations.plans import define_plan, set_price
from broadbill.catalog.operations.policy import set_policy
from broadbill.contracts.domain.errors import FactRefused
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.models import Fact
from broadbill.contracts.operations.facts import record_facts
from broadbill.core.money import UnknownCurrency
from broadbill.core.rating import ScenarioError
from broadbill.kernel.models import Event
from broadbill.tax.models import Category, Rate
from broadbill.tax.operations.rates import set_rate
from broadbill.usage.domain.errors import UsageRefused
from broadbill.usage.domain.new_record import NewRecord
from broadbill.usage.operations.record import record_usage
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on

pytestmark = pytest.mark.django_db

NOW = at("2026-01-10")
OUT_OF_ORDER = {
    "type": "volume",
    "tiers": [
        {"up_to": "100", "unit_amount": "0.10"},
        {"up_to": "100", "unit_amount": "0.05"},
        {"up_to": None, "unit_amount": "0.01"},
    ],
}
TIER = "model.tiers[1].up_to: must be greater than the tier before"


def usage_charge(model: dict[str, Any]) -> dict[str, Any]:
    return {"code": "data", "type": "usage", "meter": "gb", "period": "month", "model": model}


def kept() -> tuple[int, ...]:
    """How many rows there are of everything that could be half done."""
    return tuple(model.objects.count() for model in (Plan, Charge, Price, Fact, Rate, Category, Event))


class TestPlans:
    def test_refuse_tiers_out_of_order(self) -> None:
        before = kept()

        with pytest.raises(ScenarioError) as refused:
            define_plan(
                code="a", name="A", currency="EUR", charges=[usage_charge(OUT_OF_ORDER)], now=NOW, actor=ACTOR
            )

        assert str(refused.value) == f"plans.a.charges[0].{TIER}"
        assert kept() == before

    def test_refuse_a_currency_that_does_not_exist(self) -> None:
        before = kept()

        with pytest.raises(UnknownCurrency, match=r"^EUX is not an ISO 4217 currency code"):
            define_plan(code="a", name="A", currency="EUX", charges=[], now=NOW, actor=ACTOR)

        assert kept() == before

    def test_refuse_a_new_price_out_of_order_and_keep_the_old(self) -> None:
        a_plan("fiber")
        before = kept()

        with pytest.raises(ScenarioError) as refused:
            set_price(plan="fiber", charge="access", model=OUT_OF_ORDER, starts_on=None, now=NOW, actor=ACTOR)

        assert str(refused.value) == f"plans.fiber.charges[0].{TIER}"
        assert kept() == before


class TestPolicy:
    def test_refuses_a_convention_that_does_not_exist(self) -> None:
        before = kept()

        with pytest.raises(ScenarioError) as refused:
            set_policy(content={"proration": "weekly"}, now=NOW, actor=ACTOR)

        assert str(refused.value) == "policy.proration: must be one of day, second, month30, none"
        assert kept() == before


class TestTaxes:
    def rate(
        self, name: str, on_taxes: tuple[str, ...] = (), starts: str | None = None, ends: str | None = None
    ) -> None:
        set_rate(
            name=name,
            category="standard",
            percent=Decimal(5),
            valid_from=on(starts) if starts else None,
            valid_to=on(ends) if ends else None,
            on_taxes=on_taxes,
            now=NOW,
            actor=ACTOR,
        )

    def test_refuse_a_tax_on_one_that_does_not_exist(self) -> None:
        before = kept()

        with pytest.raises(ScenarioError) as refused:
            self.rate("A", on_taxes=("B",))

        assert str(refused.value) == "taxes[0].on[0]: there is no tax 'B'"
        assert kept() == before

    def test_refuse_a_circle_and_bill_on(self) -> None:
        """A stands first, B is charged on it; from February A would be charged on B."""
        self.rate("A", ends="2026-02-01")
        self.rate("B", on_taxes=("A",))
        before = kept()

        with pytest.raises(ScenarioError, match=r"on: taxes on taxes must not run in a circle$"):
            self.rate("A", on_taxes=("B",), starts="2026-02-01")

        assert kept() == before
        a_subscription(an_account(), a_plan(), "2026-01-01")
        bill_through("2026-01-01")


class TestFacts:
    def test_refuse_a_discount_over_100_percent(self) -> None:
        account = an_account()
        before = kept()
        kind = NewFact(account_id=account, kind="credit", effective_on=on("2026-01-10"),
                       detail={"name": "Sorry", "amount": "5.00"})  # fmt: skip
        too_kind = NewFact(account_id=account, kind="discount", effective_on=on("2026-01-10"),
                           detail={"name": "Too kind", "percent": "101"})  # fmt: skip

        with pytest.raises(FactRefused) as refused:
            record_facts(facts=[kind, too_kind], now=NOW, actor=ACTOR)

        assert "percent: must be at most 100" in str(refused.value)
        assert kept() == before
        assert Account.objects.get(pk=account).facts_recorded == 0


class TestUsage:
    def test_refuses_a_negative_quantity_with_the_whole_batch(self) -> None:
        account = an_account()
        charge = usage_charge({"type": "per_unit", "unit_amount": "1"})
        plan = define_plan(code="data", name="Data", currency="EUR", charges=[charge], now=NOW, actor=ACTOR)
        subscription = a_subscription(account, plan, "2026-01-01")
        records = [
            NewRecord(
                account_id=account,
                subscription_id=subscription,
                meter="gb",
                at=at("2026-01-05"),
                quantity=quantity,
            )
            for quantity in (Decimal(5), Decimal(-1))
        ]

        with pytest.raises(UsageRefused) as refused:
            record_usage(records=records, now=NOW, actor=ACTOR)

        assert (
            str(refused.value)
            == "Record 2 of the batch: quantity: must not be negative. Nothing of the batch was stored."
        )
        assert Account.objects.get(pk=account).usage_recorded == 0
