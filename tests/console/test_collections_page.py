"""Collections in the office: the worklist, promises, holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadbill.collections.models import Promise, Standing
from broadbill.identity.models import User
from tests.console.page_checker import problems
from tests.world import a_plan, a_subscription, an_account, bill_through

pytestmark = pytest.mark.django_db


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
