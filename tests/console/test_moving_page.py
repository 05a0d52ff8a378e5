"""Moving on the customer's page."""

from __future__ import annotations

import pytest
from django.test import Client

from broadbill.identity.domain.permissions import Role
from tests.staff import a_colleague
from tests.world import a_plan, a_subscription, an_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(a_colleague("sue@lakeside.example", "Sue", Role.SUPPORT))
    return client


def test_a_move_is_shown_on_the_service_and_in_what_happened(office: Client) -> None:
    account = an_account(number="10482", street="1 Quay")
    service = a_subscription(account, a_plan(), "2026-01-01")
    assert "/customers/10482/move/" in office.get("/customers/10482/").content.decode()

    answer = office.post(
        "/customers/10482/move/",
        {"services": [service], "street": "2 Hill Lane", "city": "Bregenz", "country": "at"},
    )

    assert answer["Location"] == "/customers/10482/"
    page = office.get("/customers/10482/").content.decode()
    # on the service, as a place of theirs, and as the move to it
    assert page.count("2 Hill Lane, Bregenz") == 3


def test_something_has_to_move(office: Client) -> None:
    a_subscription(an_account(number="10482"), a_plan(), "2026-01-01")

    assert office.post("/customers/10482/move/", {"street": "2 Hill Lane"}).status_code == 422
