"""A customer changes plan by themselves: sees exactly what it comes to, agrees to that, and it happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from broadbill.billing.models import Document
from broadbill.catalog.domain.offering import Offering
from broadbill.catalog.operations.offering import offer_plan
from broadbill.catalog.operations.plans import set_price
from broadbill.contracts.models import Fact, Subscription
from tests.console.page_checker import problems
from tests.portal.conftest import Ada
from tests.world import ACTOR, a_plan, a_subscription, at, bill_through, flat, on

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 2, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def mid_february() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


def body(response: Any) -> str:
    return str(response.content.decode())


def offer(code: str, kind: str = "plan", **terms: Any) -> None:
    offering = Offering(kind=kind, **terms)  # type: ignore[arg-type]  # tests name kinds as texts
    offer_plan(code=code, offering=offering, now=at("2025-12-01"), actor=ACTOR)


def agreement(page: str) -> str:
    found = re.search(r'name="agreement" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.fixture
def line(ada: Ada) -> int:
    """Ada's service, billed through February, at 30.00; for 60.00 there is a faster one."""
    bill_through("2026-02-01")
    a_plan("fast", "60.00")
    return Subscription.objects.get(account_id=ada.account).id


class TestTheChoices:
    def test_are_the_plans_that_are_offered(self, at_home: Client, line: int) -> None:
        a_plan("secret", "5.00")
        offer("fast")

        page = body(at_home.get("/my/plan/change/"))

        assert problems(page) == []
        assert f'href="/my/plan/{line}/change/fast/"' in page
        assert "60.00" in page
        assert "Secret" not in page

    def test_are_not_for_extras(self, at_home: Client, ada: Ada, line: int) -> None:
        television = a_subscription(ada.account, a_plan("tv", "9.00"), "2026-02-01")
        offer("tv", "extra")
        offer("fast")

        page = body(at_home.get("/my/plan/change/"))

        assert f'href="/my/plan/{line}/change/fast/"' in page
        assert f'href="/my/plan/{television}/change/fast/"' not in page
        assert at_home.get(f"/my/plan/{television}/change/fast/").status_code == 404

    def test_are_none_where_nothing_is_offered(self, at_home: Client, line: int) -> None:
        page = body(at_home.get("/my/plan/change/"))

        assert "There is no other plan here" in page
        assert problems(page) == []
        assert at_home.get(f"/my/plan/{line}/change/fast/").status_code == 404

    def test_are_asked_for_as_often_for_many_plans_as_for_one(
        self, at_home: Client, line: int, django_assert_max_num_queries: Any
    ) -> None:
        for n in range(4):
            a_plan(f"fast-{n}", "61.00")
            offer(f"fast-{n}")

        with django_assert_max_num_queries(18):
            at_home.get("/my/plan/change/")


class TestBeforeAgreeing:
    def test_tells_the_next_bill_the_difference_and_what_comes_after(
        self, at_home: Client, line: int, django_assert_max_num_queries: Any
    ) -> None:
        offer("fast")

        with django_assert_max_num_queries(60):
            page = body(at_home.get(f"/my/plan/{line}/change/fast/"))

        # 14 of 28 days: 30.00 × ½ back, 60.00 × ½ more.
        assert problems(page) == []
        assert "15 February 2026" in page
        assert "+€15.00" in page
        assert "After that: €60.00 a month instead of €30.00 a month" in page, page[
            page.find("After that") - 20 :
        ][:200]
        assert Fact.objects.filter(kind="change_plan").count() == 0

    def test_is_of_the_day_on_which_the_plan_says_it_begins(self, at_home: Client, line: int) -> None:
        offer("fast", when="period_end")

        page = body(at_home.get(f"/my/plan/{line}/change/fast/"))

        assert "1 March 2026" in page
        assert "+€30.00" in page  # March costs 60.00 instead of 30.00

    def test_tells_what_binds_them(self, at_home: Client, ada: Ada) -> None:
        fee = {"code": "out", "type": "termination_fee", "fee": {"type": "flat", "amount": "90.00"}}
        plan = _plan_with("term", fee)
        bound = a_subscription(ada.account, plan, "2026-01-01", term_months=24)
        a_plan("fast", "60.00")
        offer("fast")

        page = body(at_home.get(f"/my/plan/{bound}/change/fast/"))

        assert "You agreed to stay until" in page
        assert "31 December 2027" in page
        assert "would cost €90.00 as things are, €0.00 after it" in page

    def test_is_not_shown_of_somebody_else(self, ben_s: Client, line: int) -> None:
        offer("fast")

        assert ben_s.get(f"/my/plan/{line}/change/fast/").status_code == 404


class TestAgreeing:
    def test_changes_the_plan_and_the_bill_is_what_was_said(
        self, at_home: Client, ada: Ada, line: int
    ) -> None:
        offer("fast")
        page = body(at_home.get(f"/my/plan/{line}/change/fast/"))

        answer = at_home.post(f"/my/plan/{line}/change/fast/", {"agreement": agreement(page)})

        assert answer.headers["Location"] == "/my/plan/change/"
        fact = Fact.objects.get(kind="change_plan")
        assert (fact.subscription_id, fact.effective_on, fact.detail) == (
            line,
            on("2026-02-15"),
            {"plan": "fast"},
        )
        assert fact.recorded_by.startswith("user:")
        bill_through("2026-02-15")
        assert Document.objects.latest("id").total == 1500

    def test_pressed_twice_changes_it_once(self, at_home: Client, line: int) -> None:
        offer("fast", when="period_end")
        seen = agreement(body(at_home.get(f"/my/plan/{line}/change/fast/")))

        at_home.post(f"/my/plan/{line}/change/fast/", {"agreement": seen})
        again = at_home.post(f"/my/plan/{line}/change/fast/", {"agreement": seen})

        assert again.status_code == 422
        assert "The figures have changed" in body(again)
        assert Fact.objects.filter(kind="change_plan").count() == 1

    def test_is_asked_again_when_the_price_is_another(self, at_home: Client, line: int) -> None:
        offer("fast")
        seen = agreement(body(at_home.get(f"/my/plan/{line}/change/fast/")))
        set_price(plan="fast", charge="access", model=flat("80.00"), starts_on=None, now=at("2026-02-15"),
                  actor=ACTOR)  # fmt: skip

        answer = at_home.post(f"/my/plan/{line}/change/fast/", {"agreement": seen})

        assert answer.status_code == 422
        assert "€80.00 a month" in body(answer)
        assert problems(body(answer)) == []
        assert Fact.objects.filter(kind="change_plan").count() == 0

    def test_shows_the_change_to_come_and_offers_no_other(self, at_home: Client, line: int) -> None:
        offer("fast", when="period_end")
        seen = agreement(body(at_home.get(f"/my/plan/{line}/change/fast/")))
        at_home.post(f"/my/plan/{line}/change/fast/", {"agreement": seen})

        page = body(at_home.get("/my/plan/change/"))

        assert "It becomes Fast on" in page
        assert f"/my/plan/{line}/change/fast/" not in page
        assert problems(page) == []


class TestExtras:
    @pytest.fixture
    def ip(self, line: int) -> str:
        a_plan("ip", "2.00")
        offer("ip", "extra", most=5)
        return "ip"

    def test_are_told_apart_from_what_one_has(self, at_home: Client, ip: str) -> None:
        page = body(at_home.get("/my/extras/"))

        assert problems(page) == []
        assert 'href="/my/extras/add/ip/"' in page
        assert "What you have" not in page

    def test_are_added_as_many_as_one_said(
        self, at_home: Client, ada: Ada, ip: str, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(45):
            page = body(at_home.get("/my/extras/add/ip/?number=3"))
        assert problems(page) == []
        # Three at 2.00 for 14 of 28 days.
        assert "+€3.00" in page
        assert "€6.00 a month instead of nothing" in page

        at_home.post("/my/extras/add/ip/?number=3", {"agreement": agreement(page)})

        added = Subscription.objects.filter(account_id=ada.account).latest("id")
        fact = Fact.objects.get(kind="subscribe", subscription=added)
        assert fact.detail == {"plan": "ip", "quantity": "3"}
        bill_through("2026-02-15")
        assert Document.objects.latest("id").total == 300

    def test_added_twice_by_a_double_press_are_added_once(self, at_home: Client, ip: str) -> None:
        seen = agreement(body(at_home.get("/my/extras/add/ip/")))

        for _ in range(2):
            at_home.post("/my/extras/add/ip/", {"agreement": seen})

        assert Fact.objects.filter(kind="subscribe", detail__plan="ip").count() == 1

    def test_become_more_and_stop(self, at_home: Client, ada: Ada, ip: str) -> None:
        extra = a_subscription(ada.account, _coded("ip"), "2026-02-01")
        number, stop = f"/my/extras/{extra}/number/", f"/my/extras/{extra}/stop/"
        page = body(at_home.get("/my/extras/"))
        assert (number in page, stop in page) == (True, True)

        at_home.post(f"{number}?number=2", {"agreement": agreement(body(at_home.get(f"{number}?number=2")))})
        assert Fact.objects.get(kind="change_quantity").detail == {"quantity": "2"}

        page = body(at_home.get(stop))
        assert problems(page) == []
        at_home.post(stop, {"agreement": agreement(page)})
        assert Fact.objects.get(kind="cancel").effective_on == on("2026-02-15")

    @pytest.mark.parametrize("asked", ["0", "6", "-1", "x", "99999", ""])
    def test_are_never_more_than_may_be(self, at_home: Client, ip: str, asked: str) -> None:
        page = body(at_home.get(f"/my/extras/add/ip/?number={asked}"))

        assert 'name="number" min="1" max="5" value="1"' in page

    def test_of_somebody_else_are_not_shown(self, ben_s: Client, ada: Ada, ip: str) -> None:
        extra = a_subscription(ada.account, _coded("ip"), "2026-02-01")

        assert ben_s.get(f"/my/extras/{extra}/stop/").status_code == 404
        assert ben_s.post(f"/my/extras/{extra}/stop/", {"agreement": "x"}).status_code == 404

    def test_do_not_let_a_plan_be_stopped(self, at_home: Client, line: int) -> None:
        assert at_home.get(f"/my/extras/{line}/stop/").status_code == 404

    def test_say_so_where_there_are_none(self, at_home: Client, line: int) -> None:
        assert "There are no extras at the moment." in body(at_home.get("/my/extras/"))


class TestMyPlan:
    def test_leads_to_both(self, at_home: Client, line: int) -> None:
        page = body(at_home.get("/my/plan/"))

        assert 'href="/my/plan/change/"' in page
        assert 'href="/my/extras/"' in page

    def test_is_for_customers_alone(self, client: Client) -> None:
        for path in ("/my/plan/change/", "/my/extras/", "/my/extras/add/ip/"):
            assert client.get(path).status_code == 302


def _coded(code: str) -> Any:
    from broadbill.catalog.queries.plans import plan_coded

    return plan_coded(code)


def _plan_with(code: str, charge: dict[str, Any]) -> Any:
    from broadbill.catalog.operations.plans import define_plan

    access = {"code": "access", "type": "recurring", "period": "month", "model": flat("30.00")}
    return define_plan(
        code=code,
        name=code.title(),
        currency="EUR",
        charges=[access, charge],
        now=at("2025-12-01"),
        actor=ACTOR,
    )
