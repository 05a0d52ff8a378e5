"""What waits for another person, in one list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from broadbill.billing.models import RunDraft
from broadbill.billing.operations.drafts import ask_draft, work_on
from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Role
from broadbill.identity.operations.limits import set_limit
from broadbill.payments.operations.refund import NewRefund, request_refund
from broadbill.payments.operations.write_offs import NewWriteOff, request_write_off
from tests.console.page_checker import problems
from tests.staff import a_colleague
from tests.world import a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = pytest.mark.django_db
NOW = at("2026-02-01")


@pytest.fixture
def draft(db: None) -> int:
    """Amina is due 30.00 in February and owes January; Blue Anchor has money in credit."""
    plan = a_plan()
    amina, anchor = an_account("Amina Haddad"), an_account("Blue Anchor")
    a_subscription(amina, plan, "2026-01-01")
    bill_through("2026-01-01")
    pay(anchor, "50.00", "2026-01-05")
    asked = {"on": on("2026-02-01"), "now": NOW, "actor": "user:999", "limit": euro("0.00")}
    request_refund(
        refund=NewRefund(
            account_id=anchor,
            amount=euro("20.00"),
            method="transfer",
            reason="moved away",
            idempotency_key="r",
        ),
        **asked,  # type: ignore[arg-type]
    )
    request_write_off(
        write_off=NewWriteOff(
            account_id=amina,
            invoice="2026-000001",
            amount=euro("5.00"),
            reason="not found",
            idempotency_key="w",
        ),
        **asked,  # type: ignore[arg-type]
    )
    drafted = ask_draft(through=on("2026-02-01"), above=None, actor="user:999", now=NOW)
    return work_on(draft_id=drafted.id, now=NOW).id


def body(response: Any) -> str:
    return str(response.content.decode())


def test_lists_every_kind_that_the_person_may_agree_to(
    office: Client, draft: int, django_assert_max_num_queries: Any
) -> None:
    RunDraft.objects.filter(pk=draft).update(state="asked", posted_by="user:999")

    with django_assert_max_num_queries(10):
        page = body(office.get("/approvals/"))

    for words in ("Refund", "moved away", "Write-off", "not found", "Billing run", "30.00", "Look at it"):
        assert words in page
    assert page.count(">Agree<") == 2
    assert problems(page) == []


def test_shows_nothing_that_is_not_theirs_to_agree_to(client: Client, draft: int) -> None:
    client.force_login(a_colleague("sam@lakeside.example", "Sam", Role.SUPPORT))

    page = body(client.get("/approvals/"))

    assert "Nothing waits for you" in page
    assert problems(page) == []


def test_a_run_above_the_limit_is_agreed_to_by_somebody_else(office: Client, draft: int) -> None:
    set_limit(role=Role.BILLING, letting=Letting.BILL_RUN, amount=Decimal(10), actor="test", now=NOW)
    clerk = Client()
    clerk.force_login(a_colleague("karim@lakeside.example", "Karim", Role.BILLING))
    seen = {"check": RunDraft.objects.get().tally["check"]}

    asked = body(clerk.post(f"/runs/drafts/{draft}/post/", seen, follow=True))
    own = clerk.post(f"/runs/drafts/{draft}/agree/", seen)

    assert "The run waits for another person to agree." in asked
    assert problems(asked) == []
    assert own.status_code == 422
    assert "another person has to agree" in body(own)
    assert "Yours" in body(clerk.get("/approvals/"))
    assert problems(body(office.get(f"/runs/drafts/{draft}/agree/"))) == []

    agreed = body(office.post(f"/runs/drafts/{draft}/agree/", seen, follow=True))

    assert "The run is handed to the worker." in agreed
    assert RunDraft.objects.get().state == "posting"


def test_a_run_that_is_not_agreed_to_goes_back(office: Client, draft: int) -> None:
    RunDraft.objects.filter(pk=draft).update(state="asked", posted_by="user:999")

    page = body(office.post(f"/runs/drafts/{draft}/refuse/", {"reason": "too early"}, follow=True))

    assert "The run is not posted." in page
    assert "Post 1 document" in page
