"""Plans are copied, retired and replaced; prices may be for new subscriptions only."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from broadbill.catalog.domain.errors import (
    ChargeUnknown,
    NewPriceNeedsADay,
    PlanCodeTaken,
    PlanReplaced,
    PriceIsNotOneFigure,
    SuccessorUnfit,
)
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plan_life import copy_plan, name_successor, retire_plan
from broadbill.catalog.operations.plans import set_price
from broadbill.catalog.queries.plan_list import plans_on_sale
from broadbill.catalog.queries.plans import plans_content
from broadbill.catalog.queries.price_list import price_in_force
from broadbill.kernel.models import Event
from tests.world import ACTOR, a_plan, at, flat, on

pytestmark = pytest.mark.django_db

NOW = at("2026-02-01")


def _copy(new: str = "fiber-2", **prices: str) -> Plan:
    return copy_plan(
        code="fiber",
        new_code=new,
        prices={charge: Decimal(amount) for charge, amount in prices.items()},
        on=on("2026-02-01"),
        now=NOW,
        actor=ACTOR,
    )


def _set(amount: str, day: str, *, for_new: bool = False) -> None:
    set_price(
        plan="fiber", charge="access", model=flat(amount), starts_on=on(day), for_new=for_new, now=NOW, actor=ACTOR
    )  # fmt: skip


class TestCopyPlan:
    def test_sells_the_same_charges_under_another_code(self) -> None:
        a_plan("fiber", "30.00", tax="telecom", trial_days=14)
        _set("33.00", "2026-06-01")

        _copy()

        content = plans_content()
        assert content["fiber-2"]["charges"] == content["fiber"]["charges"]
        assert content["fiber-2"]["charges"][0]["price_changes"][0]["from"] == "2026-06-01"

    def test_gives_charges_prices_of_their_own_without_the_dated_ones(self) -> None:
        a_plan("fiber", "30.00")
        _set("33.00", "2026-06-01")

        _copy(access="35.00")

        assert plans_content()["fiber-2"]["charges"] == [
            {"code": "access", "type": "recurring", "period": "month", "model": flat("35.00")}
        ]

    def test_refuses_a_price_of_a_charge_that_is_not_there(self) -> None:
        a_plan("fiber")

        with pytest.raises(ChargeUnknown, match="no charge acces"):
            _copy(acces="35.00")
        assert not Plan.objects.filter(code="fiber-2").exists()

    def test_refuses_an_amount_for_a_price_of_many_figures(self) -> None:
        tiers = {"model": "graduated", "tiers": [{"up_to": None, "unit_amount": "1.00"}]}
        a_plan("fiber", model=tiers)

        with pytest.raises(PriceIsNotOneFigure, match="not one figure"):
            _copy(access="35.00")

    def test_refuses_a_code_that_is_taken(self) -> None:
        a_plan("fiber")

        with pytest.raises(PlanCodeTaken):
            _copy("fiber")


class TestRetirePlan:
    def test_is_not_sold_from_the_day_on(self) -> None:
        a_plan("fiber")

        retire_plan(code="fiber", on=on("2026-03-01"), now=NOW, actor=ACTOR)

        assert [plan.code for plan in plans_on_sale(currency="EUR", on=on("2026-02-28"))] == ["fiber"]
        assert plans_on_sale(currency="EUR", on=on("2026-03-01")) == ()

    def test_keeps_the_earliest_day_and_tells_of_it_once(self) -> None:
        a_plan("fiber")

        for day in ("2026-03-01", "2026-03-01", "2026-04-01"):
            retire_plan(code="fiber", on=on(day), now=NOW, actor=ACTOR)

        assert Plan.objects.get(code="fiber").retired_on == on("2026-03-01")
        assert Event.objects.filter(verb="plan.retired").count() == 1


class TestNameSuccessor:
    def _name(self, successor: str) -> Plan:
        return name_successor(code="fiber", successor=successor, on=on("2026-02-01"), now=NOW, actor=ACTOR)

    def test_retires_the_plan_and_knows_what_took_its_place(self) -> None:
        a_plan("fiber")
        a_plan("fiber-2")

        self._name("fiber-2")
        again = self._name("fiber-2")

        assert (again.retired_on, again.replaced_by and again.replaced_by.code) == (
            on("2026-02-01"),
            "fiber-2",
        )
        assert Event.objects.filter(verb="plan.replaced").count() == 1

    def test_refuses_a_second_successor(self) -> None:
        for code in ("fiber", "fiber-2", "fiber-3"):
            a_plan(code)
        self._name("fiber-2")

        with pytest.raises(PlanReplaced, match="was replaced by fiber-2"):
            self._name("fiber-3")

    def test_refuses_a_plan_of_another_currency_itself_or_one_that_is_retired(self) -> None:
        a_plan("fiber")
        a_plan("fibre-gb", currency="GBP")
        a_plan("gone")
        retire_plan(code="gone", on=on("2026-01-01"), now=NOW, actor=ACTOR)

        for code, reason in (
            ("fibre-gb", "priced in GBP"),
            ("fiber", "the same plan"),
            ("gone", "was retired"),
        ):
            with pytest.raises(SuccessorUnfit, match=reason):
                self._name(code)
        assert Plan.objects.get(code="fiber").retired_on is None

    def test_the_database_refuses_a_replaced_plan_that_is_still_sold(self) -> None:
        plan = a_plan("fiber")
        plan.replaced_by = a_plan("fiber-2")

        with pytest.raises(IntegrityError, match="catalog_plan_replaced_is_retired"), transaction.atomic():
            plan.save()


class TestSetPriceForNew:
    def test_is_the_price_at_which_the_plan_is_sold_from_then_on(self) -> None:
        a_plan("fiber", "30.00")
        _set("36.00", "2026-03-01", for_new=True)

        sold = [
            price_in_force(plan="fiber", charge="access", as_of=on(day)).model["amount"]
            for day in ("2026-02-28", "2026-03-01")
        ]

        assert sold == ["30.00", "36.00"]

    def test_gives_way_to_a_later_word_for_everyone_from_the_same_day(self) -> None:
        a_plan("fiber", "30.00")
        _set("36.00", "2026-03-01", for_new=True)
        _set("33.00", "2026-03-01")

        assert plans_content()["fiber"]["charges"][0]["price_changes"] == [
            {"from": "2026-03-01", "model": flat("33.00")}
        ]

    def test_stands_beside_everyones_price_that_was_said_before(self) -> None:
        a_plan("fiber", "30.00")
        _set("33.00", "2026-03-01")
        _set("36.00", "2026-03-01", for_new=True)

        assert plans_content()["fiber"]["charges"][0]["price_changes"] == [
            {"from": "2026-03-01", "model": flat("33.00")},
            {"from": "2026-03-01", "model": flat("36.00"), "for": "new"},
        ]

    def test_needs_a_day(self) -> None:
        a_plan("fiber")

        with pytest.raises(NewPriceNeedsADay, match="needs the day"):
            set_price(
                plan="fiber", charge="access", model=flat("36.00"), starts_on=None, for_new=True, now=NOW, actor=ACTOR
            )  # fmt: skip
