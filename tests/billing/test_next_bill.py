from __future__ import annotations

import pytest

from broadbill.billing.queries.next_bill import next_bill_on
from broadbill.contracts.operations.changes import cancel
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on

pytestmark = pytest.mark.django_db


class TestNextBill:
    def test_comes_with_the_first_day_of_a_subscription_that_was_never_billed(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(), "2026-02-10", recorded="2026-02-01")

        assert next_bill_on(account, as_of=on("2026-02-01")) == on("2026-02-10")

    def test_comes_with_the_next_period(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(), "2026-02-10")
        bill_through("2026-02-10")

        assert next_bill_on(account, as_of=on("2026-02-11")) == on("2026-03-01")

    def test_is_now_when_something_became_known_late(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(), "2026-01-01")
        bill_through("2026-02-01")

        cancel(subscription_id=subscription, on=on("2026-01-15"), now=at("2026-02-05"), actor=ACTOR)

        assert next_bill_on(account, as_of=on("2026-02-05")) == on("2026-02-05")

    def test_never_comes_when_nothing_is_sold(self) -> None:
        assert next_bill_on(an_account(), as_of=on("2026-02-05")) is None
