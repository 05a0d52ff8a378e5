"""Collections in the office: the worklist, promises, holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadbill.accounts.domain.kinds import CustomerKind
from broadbill.collections.models import Promise, Standing
from broadbill.collections.operations.policies import follow_policy_by_kind, set_policy
from broadbill.collections.operations.run import run_collections
from broadbill.collections.queries.debts import largest_debts
from broadbill.collections.queries.policies import policy_list
from broadbill.identity.models import User
from tests.console.page_checker import problems
from tests.network.edge import a_profile
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on

pytestmark = pytest.mark.django_db
EVERY_DAY = {"letters_on": list(range(7)), "hard_on": list(range(7))}


def body(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def ada() -> int:
    """Owes 30.00 since January 2026."""
    account = an_account("Ada", number="A/1", terms_days=0)
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    return account


class TestWorklist:
    def test_says_who_owes_and_what_comes_next_with_a_fixed_number_of_queries(
        self, office: Client, ada: int, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(8):
            page = body(office.get("/collections/"))

        assert problems(page) == []
        assert "1 customer is overdue" in page
        assert ">Reminder" in page

    def test_says_whose_service_is_restricted_there_and_on_their_page(
        self, office: Client, ada: int, django_assert_max_num_queries: Any
    ) -> None:
        a_profile("walled", down=512, up=512)
        a_profile("full", "fiber", restricted_to="walled")
        steps = [{"day": 3, "do": "restrict"}]
        set_policy(code="usual", detail={"steps": steps, **EVERY_DAY}, now=at("2025-12-01"), actor=ACTOR)
        run_collections(on=on("2026-01-04"), now=at("2026-01-04"))

        with django_assert_max_num_queries(8):
            listed = body(office.get("/collections/"))
        theirs = body(office.get("/customers/A/1/"))

        assert problems(listed) == []
        assert "Restricted</span>" in listed
        assert problems(theirs) == []
        assert "only the walled garden is open since" in theirs
        assert "Restricted for €30.00 overdue" in theirs

    def test_is_read_by_the_page_largest_debt_first(self, office: Client) -> None:
        for number, amount in enumerate(["30.00", "50.00", "40.00"]):
            account = an_account(f"Customer {number}", terms_days=0)
            a_subscription(account, a_plan(f"plan{number}", amount), "2026-01-01")
        bill_through("2026-01-01")

        first, total = largest_debts(on=on("2026-01-05"), after=0, most=2)
        last, again = largest_debts(on=on("2026-01-05"), after=2, most=2)

        assert [debt.overdue.minor for debt, _ in first + last] == [5000, 4000, 3000]
        assert (total, again) == (3, 3)

    def test_says_so_when_nobody_is_overdue(self, office: Client) -> None:
        assert "Nobody is overdue" in body(office.get("/collections/"))

    def test_is_not_for_technicians(self, client: Client, technician: User) -> None:
        client.force_login(technician)

        assert client.get("/collections/").status_code == 403


class TestAgreements:
    def test_a_promise_is_noted_and_shown(self, office: Client, ada: int) -> None:
        asked = body(office.get("/customers/A/1/promise/"))
        by = timezone.localdate() + timedelta(days=5)
        done = office.post("/customers/A/1/promise/", {"amount": "30.00", "by": by.isoformat()}, follow=True)

        assert problems(asked) == []
        assert "The promise is noted." in body(done)
        assert "€30.00 promised" in body(done)
        assert Promise.objects.get().due_on == by
        assert "Promised" in body(office.get("/collections/"))

    def test_a_promise_for_yesterday_is_refused_beside_the_form(self, office: Client, ada: int) -> None:
        by = timezone.localdate() - timedelta(days=1)
        done = office.post("/customers/A/1/promise/", {"amount": "30.00", "by": by.isoformat()})

        assert (done.status_code, "none in the past" in body(done)) == (422, True)

    @pytest.mark.parametrize("how", ["hold", "exempt"])
    def test_a_customer_is_left_alone_with_a_reason(self, office: Client, ada: int, how: str) -> None:
        until = (timezone.localdate() + timedelta(days=9)).isoformat()

        office.post(f"/customers/A/1/{how}/", {"until": until, "reason": "in hospital"})

        standing = Standing.objects.get()
        assert "in hospital" in (standing.held_reason, standing.exempt_reason)


class TestPolicies:
    def test_are_listed_with_their_steps_and_whom_they_are_for(
        self, office: Client, django_assert_max_num_queries: Any
    ) -> None:
        set_policy(
            code="firms", detail={"steps": [{"day": 9, "do": "notice"}]}, now=at("2026-01-01"), actor=ACTOR
        )
        follow_policy_by_kind(kind=CustomerKind.BUSINESS, policy="firms", now=at("2026-01-01"), actor=ACTOR)

        with django_assert_max_num_queries(8):
            page = body(office.get("/collections/policies/"))

        assert problems(page) == []
        assert page.count("<td>Last notice</td>") == 2
        assert "<td>Business</td><td><bdi>firms</bdi></td>" in page

    def test_are_put_in_force_by_an_owner(self, client: Client, owner: User) -> None:
        client.force_login(owner)

        asked = body(client.get("/collections/policies/new/"))
        detail = '{"steps": [{"day": 5, "do": "reminder"}]}'
        client.post("/collections/policies/new/", {"code": "short", "detail": detail})
        client.post("/collections/policies/kinds/business/", {"policy": "short"})
        changed = body(client.get("/collections/policies/short/change/"))

        assert problems(asked) == []
        assert problems(changed) == []
        assert "&quot;day&quot;: 5" in changed
        assert [(one.code, one.kinds) for one in policy_list()] == [("short", ("business",)), ("usual", ())]

    @pytest.mark.parametrize(
        ("detail", "words"), [("{", "Enter a valid JSON"), ('{"steps": 5}', "steps are missing")]
    )
    def test_that_cannot_be_followed_are_refused_beside_the_form(
        self, client: Client, owner: User, detail: str, words: str
    ) -> None:
        client.force_login(owner)

        refused = client.post("/collections/policies/usual/change/", {"detail": detail})

        assert refused.status_code == 422
        assert problems(body(refused)) == []
        assert words in body(refused)

    def test_are_chosen_for_a_customer(self, office: Client, ada: int) -> None:
        set_policy(
            code="gentle", detail={"steps": [{"day": 9, "do": "notice"}]}, now=at("2026-01-01"), actor=ACTOR
        )

        asked = body(office.get("/customers/A/1/dunning-policy/"))
        office.post("/customers/A/1/dunning-policy/", {"policy": "gentle"})

        assert problems(asked) == []
        assert Standing.objects.get().policy == "gentle"

    def test_that_are_not_there_are_not_found(self, client: Client, owner: User) -> None:
        client.force_login(owner)

        assert client.get("/collections/policies/moon/change/").status_code == 404
        assert client.get("/collections/policies/kinds/moon/").status_code == 404
