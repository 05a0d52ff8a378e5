"""Refunds in the office: asked for, limited by role, agreed to by somebody else."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.identity.operations.limits import set_limit
from broadbill.payments.models import Refund
from tests.console.page_checker import problems
from tests.payments.cards import a_card, charge
from tests.staff import a_colleague
from tests.world import ACTOR, an_account, at, pay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sandbox(settings: Any) -> None:
    settings.GATEWAYS = ["sandbox"]


@pytest.fixture
def ada() -> int:
    """Paid 80.00 in cash and owes nothing."""
    account = an_account("Ada", number="A/1")
    pay(account, "80.00", "2026-01-10")
    return account


def body(response: Any) -> str:
    return str(response.content.decode())


def give_back(client: Client, amount: str, method: str = "cash") -> Any:
    (key,) = re.findall(r'name="key" value="([^"]+)"', body(client.get("/customers/A/1/refund/")))
    told = {"key": key, "amount": amount, "method": method, "reason": "paid twice"}
    return client.post("/customers/A/1/refund/", told, follow=True)


class TestAsking:
    def test_pays_at_once_within_what_was_paid(self, office: Client, ada: int) -> None:
        form = body(office.get("/customers/A/1/refund/"))
        assert "At most €80.00" in form
        assert problems(form) == []

        assert "€30.00 refunded." in body(give_back(office, "30.00"))
        refused = give_back(office, "60.00")

        assert refused.status_code == 422
        assert "it paid and may have back" in body(refused)

    def test_goes_back_to_the_card_it_came_from(self, office: Client, ada: int) -> None:
        charge(a_card(ada), "20.00", "2026-01-11")

        done = give_back(office, "15.00", "card")

        assert "€15.00 is on its way to the card." in body(done)
        assert Refund.objects.get().state == "sending"

    def test_is_not_offered_to_who_may_not(self, client: Client, technician: User, ada: int) -> None:
        client.force_login(technician)

        assert client.get("/customers/A/1/refund/").status_code == 403


class TestAgreeing:
    def test_above_the_role_s_limit_another_person_agrees(
        self, client: Client, owner: User, ada: int
    ) -> None:
        set_limit(
            role=Role.BILLING,
            letting=Letting.REFUND,
            amount=Decimal("25.00"),
            actor=ACTOR,
            now=at("2026-01-01"),
        )
        clerk = a_colleague("jo@lakeside.example", "Jo Berg", Role.BILLING)
        client.force_login(clerk)

        assert "€20.00 refunded." in body(give_back(client, "20.00"))
        assert "€40.00 waits for another person to agree." in body(give_back(client, "40.00"))
        mine = body(client.get("/refunds/"))
        waiting = Refund.objects.get(state="requested").id
        own = client.post(f"/refunds/{waiting}/agree/")
        client.force_login(owner)
        theirs = body(client.get("/refunds/"))
        done = client.post(f"/refunds/{waiting}/agree/", follow=True)

        assert (own.status_code, f"/refunds/{waiting}/agree/" in mine) == (422, False)
        assert (problems(theirs), "Jo Berg" in theirs) == ([], True)
        assert "The refund of €40.00 is agreed to." in body(done)
        assert body(client.get("/refunds/")).count("No refund waits") == 1

    def test_or_refuses_with_a_reason(self, office: Client, ada: int) -> None:
        set_limit(
            role=Role.OWNER, letting=Letting.REFUND, amount=Decimal(0), actor=ACTOR, now=at("2026-01-01")
        )
        give_back(office, "5.00")
        row = Refund.objects.get()

        done = office.post(f"/refunds/{row.id}/refuse/", {"note": "not ours"}, follow=True)

        row.refresh_from_db()
        assert (row.state, row.note) == ("refused", "not ours")
        assert "is not paid." in body(done)
