from __future__ import annotations

import pytest

from broadbill.billing.models import Document
from broadbill.billing.queries.what_if import Change, what_if
from broadbill.contracts.models import Fact
from broadbill.contracts.operations.changes import change_plan
from broadbill.core.rating import ScenarioError
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on

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
        assert change.subscription_id is not None

        change_plan(
            subscription_id=change.subscription_id,
            plan="fast",
            on=on("2026-02-15"),
            now=at("2026-02-15"),
            actor=ACTOR,
        )
        bill_through("2026-02-15")

        assert Document.objects.latest("id").total == seen.difference.minor

    def test_records_nothing(self, account: int) -> None:
        what_if(account_id=account, change=self._upgrade(account), on=on("2026-02-15"))

        assert Fact.objects.filter(account_id=account).count() == 1
        assert bill_through("2026-02-15").accounts_due == 0

    def test_refuses_a_change_that_makes_no_sense(self, account: int) -> None:
        change = Change("change_quantity", on("2026-02-15"), 1, {"quantity": "-1"})

        with pytest.raises(ScenarioError, match="quantity"):
            what_if(account_id=account, change=change, on=on("2026-02-15"))
