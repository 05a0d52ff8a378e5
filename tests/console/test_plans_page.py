"""The office's plans: listed with who has them, priced, copied, offered, retired and replaced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plan_life import retire_plan
from broadbill.catalog.queries.price_list import plan_prices
from broadbill.contracts.models import Fact
from broadbill.contracts.tasks import replace
from broadbill.identity.models import User
from tests.console.page_checker import problems
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, flat, on

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


def waiting() -> list[dict[str, Any]]:
    """What the background work is asked to replace."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'contracts.replace_plan'")
        rows = cursor.fetchall()
    import json

    return [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]


class TestTheList:
    def test_tells_prices_and_who_has_them_with_as_many_queries_for_many_as_for_one(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        fiber = a_plan("fiber")
        for name in ("Amina", "Ben"):
            a_subscription(an_account(name), fiber, "2026-01-01")
        for n in range(4):
            a_plan(f"more-{n}", "12.50")

        # session, user, provider, plans' rows twice, charges, prices, holders
        with django_assert_num_queries(8):
            page = body(office.get("/plans/"))

        assert "12.50" in page
        assert '<td class="num">2</td>' in page
        assert problems(page) == []

    def test_keeps_retired_plans_apart(self, office: Client) -> None:
        a_plan("old")
        retire_plan(code="old", on=on("2026-01-01"), now=at("2026-01-01"), actor=ACTOR)

        assert "No plans yet" in body(office.get("/plans/"))
        assert 'href="/plans/old/"' in body(office.get("/plans/?view=retired"))

    def test_is_read_by_a_technician_who_changes_nothing(self, client: Client, technician: User) -> None:
        a_plan()
        client.force_login(technician)

        assert "New price" not in body(client.get("/plans/fiber/"))
        for action in ("copy", "price", "offer", "retire", "replace"):
            assert client.post(f"/plans/fiber/{action}/").status_code == 403


class TestPricing:
    def test_sets_the_price_of_new_customers_and_shows_both(self, office: Client) -> None:
        a_plan()
        form = {"charge": "access", "amount": "36,90", "starts_on": "2026-02-01", "whose": "new"}

        office.post("/plans/fiber/price/", form)

        page = body(office.get("/plans/fiber/"))
        assert "new customers only" in page
        assert ("30.00" in page, "36.90" in page) == (True, True)
        [charge] = plan_prices("fiber", as_of=on("2026-02-01")).charges
        assert [step.in_force for step in charge.history] == [False, True]

    def test_tells_before_how_many_it_reaches(self, office: Client) -> None:
        a_subscription(an_account(), a_plan(), "2026-01-01")
        form = {"charge": "access", "amount": "36.90", "starts_on": "2026-02-01", "foresee": "1"}

        keeps = body(office.post("/plans/fiber/price/", {**form, "whose": "new"}))
        gets = body(office.post("/plans/fiber/price/", {**form, "whose": "everyone"}))

        assert "1 service was there before and keeps its price." in keeps
        assert "1 service gets the new price" in gets
        assert plan_prices("fiber", as_of=on("2026-02-01")).charges[0].model == flat("30.00")


class TestCopying:
    def test_makes_a_plan_with_a_price_of_its_own(self, office: Client) -> None:
        a_plan()

        office.post("/plans/fiber/copy/", {"code": "fiber-2", "name": "Fiber 2", "price_access": "36.00"})

        made = plan_prices("fiber-2", as_of=on("2026-02-01"))
        assert (made.name, made.charges[0].model) == ("Fiber 2", flat("36.00"))

    def test_says_when_the_code_is_taken(self, office: Client) -> None:
        a_plan()

        answer = office.post("/plans/fiber/copy/", {"code": "fiber", "name": "Fiber"})

        assert answer.status_code == 422
        assert "Plan fiber exists already" in body(answer)


class TestOffering:
    def test_puts_a_plan_into_the_portal_and_takes_it_out(self, office: Client) -> None:
        a_plan()

        office.post("/plans/fiber/offer/", {"kind": "extra", "when": "period_end", "most": "3"})
        offering = plan_prices("fiber", as_of=on("2026-01-01")).offering
        assert (offering.kind, offering.when, offering.most) == ("extra", "period_end", 3)

        office.post("/plans/fiber/offer/", {"kind": "", "when": "now", "most": "1"})
        assert plan_prices("fiber", as_of=on("2026-01-01")).offering.kind == ""

    def test_refuses_a_prepaid_plan(self, office: Client) -> None:
        a_plan()
        Plan.objects.update(prepaid=True)

        answer = office.post("/plans/fiber/offer/", {"kind": "plan", "when": "now", "most": "1"})

        assert answer.status_code == 422
        assert "it is prepaid" in body(answer)


class TestRetiring:
    def test_stops_the_sale_on_its_day(self, office: Client) -> None:
        a_plan()

        office.post("/plans/fiber/retire/", {"on": "2027-01-01"})

        assert Plan.objects.get().retired_on == on("2027-01-01")


class TestReplacing:
    @pytest.fixture
    def line(self) -> int:
        plan = a_plan()
        a_plan("faster", "36.00")
        return a_subscription(an_account(), plan, "2026-01-01")

    def _form(self, days: int, **more: str) -> dict[str, str]:
        starts = (timezone.localdate() + timedelta(days=days)).isoformat()
        return {"successor": "faster", "starts_on": starts, "notice_days": "30", **more}

    def test_tells_before_what_it_comes_to(self, office: Client, line: int) -> None:
        page = body(office.post("/plans/fiber/replace/", self._form(40, foresee="1")))

        assert "1 service of 1 customers moves." in page
        assert "36.00 EUR instead of 30.00" in page
        assert waiting() == []

    def test_is_done_in_the_background(self, office: Client, owner: User, line: int) -> None:
        answer = office.post("/plans/fiber/replace/", self._form(40))

        assert answer.status_code == 302
        [asked] = waiting()
        replace(**asked)
        fact = Fact.objects.get(kind="change_plan")
        assert (fact.subscription_id, fact.detail, fact.recorded_by) == (
            line,
            {"plan": "faster"},
            owner.actor,
        )
        plan = Plan.objects.get(code="fiber")
        assert (plan.replaced_by_id, plan.retired_on) == (
            Plan.objects.get(code="faster").id,
            timezone.localdate(),
        )

    def test_refuses_too_short_notice_at_once(self, office: Client, line: int) -> None:
        answer = office.post("/plans/fiber/replace/", self._form(10))

        assert answer.status_code == 422
        assert "less than 30 days" in body(answer)
        assert waiting() == []
        assert office.post("/plans/fiber/replace/", self._form(10, without_notice="on")).status_code == 302
