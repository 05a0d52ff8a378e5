from __future__ import annotations

from typing import Any

import pytest

from broadbill.billing.models import Document
from broadbill.billing.queries.what_if import Change, WhatIf, what_if
from broadbill.contracts.models import Fact
from broadbill.contracts.operations.changes import change_plan
from broadbill.core.rating import ScenarioError
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, flat, on

pytestmark = pytest.mark.django_db


class TestWhatIf:
    @pytest.fixture
    def account(self) -> int:
        account = an_account()
        a_subscription(account, a_plan("slow", "30.00"), "2026-02-01")
        a_plan("fast", "60.00")
        bill_through("2026-02-01")
        return account

    def _upgrade(self, account: int) -> Change:
        subscription = Fact.objects.get(account_id=account, kind="subscribe").subscription_id
        assert subscription is not None
        return Change("change_plan", on("2026-02-15"), subscription, {"plan": "fast"})

    def test_tells_the_next_bill_with_and_without_the_change(self, account: int) -> None:
        seen = what_if(account_id=account, change=self._upgrade(account), on=on("2026-02-15"))

        # 14 of 28 days: 15.00 back, 30.00 more.
        assert (str(seen.unchanged.total), str(seen.changed.total), str(seen.difference)) == (
            "0.00",
            "15.00",
            "15.00",
        )
        assert [str(line.amount) for line in seen.changed.lines] == ["-15.00", "30.00"]

    def test_is_what_the_change_then_costs(self, account: int) -> None:
        change = self._upgrade(account)
        seen = what_if(account_id=account, change=change, on=on("2026-02-15"))

        change_plan(
            subscription_id=change.subscription_id,
            plan="fast",
            on=on("2026-02-15"),
            now=at("2026-02-15"),
            actor=ACTOR,
        )
        bill_through("2026-02-15")

        assert Document.objects.latest("id").total == seen.difference.minor

    def _seen(self, account: int, kind: str, day: str, **detail: Any) -> WhatIf:
        subscription = Fact.objects.get(account_id=account, kind="subscribe").subscription_id
        assert subscription is not None
        return what_if(account_id=account, change=Change(kind, on(day), subscription, detail))

    @pytest.mark.parametrize(
        ("kind", "detail", "difference", "then"),
        [
            # From 15 February, 14 of 28 days of what is 30.00 a month and billed.
            ("change_plan", {"plan": "fast"}, "15.00", ["60.00"]),  # (60.00 − 30.00) ÷ 2
            ("change_quantity", {"quantity": "3"}, "30.00", ["90.00"]),  # 2 × 30.00 ÷ 2
            ("change_price", {"charge": "access", "model": flat("20.00")}, "-5.00", ["20.00"]),  # −10.00 ÷ 2
            ("suspend", {}, "-15.00", ["0.00"]),
            ("cancel", {}, "-15.00", []),
        ],
    )
    def test_tells_the_next_bill_and_a_period_after_it(
        self, account: int, kind: str, detail: dict[str, Any], difference: str, then: list[str]
    ) -> None:
        seen = self._seen(account, kind, "2026-02-15", **detail)

        assert (seen.on, str(seen.difference)) == (on("2026-02-15"), difference)
        assert [str(one.total) for one in seen.changed.then] == then
        assert [str(one.total) for one in seen.unchanged.then] == ["30.00"]

    def test_looks_ahead_to_the_next_bill_when_the_change_itself_bills_nothing(self, account: int) -> None:
        seen = self._seen(account, "change_plan", "2026-02-15", plan="fast", when="period_end")

        assert (seen.on, str(seen.unchanged.total), str(seen.changed.total)) == (
            on("2026-03-01"),
            "30.00",
            "60.00",
        )
        assert [str(one.total) for one in seen.changed.then] == ["60.00"]

    def test_tells_a_yearly_price_by_the_year(self) -> None:
        account = an_account()
        a_subscription(account, a_plan("yearly", "240.00", period="year"), "2026-01-01")

        [then] = self._seen(account, "resume", "2026-01-01").changed.then

        assert (then.cycle.unit, then.cycle.every, str(then.total)) == ("month", 12, "240.00")

    def test_records_nothing(self, account: int) -> None:
        what_if(account_id=account, change=self._upgrade(account), on=on("2026-02-15"))

        assert Fact.objects.filter(account_id=account).count() == 1
        assert bill_through("2026-02-15").accounts_due == 0

    def test_refuses_a_change_that_makes_no_sense(self, account: int) -> None:
        change = Change("change_quantity", on("2026-02-15"), 1, {"quantity": "-1"})

        with pytest.raises(ScenarioError, match="quantity"):
            what_if(account_id=account, change=change, on=on("2026-02-15"))
