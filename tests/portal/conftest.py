"""Ada owes 30.00 and may see her account; Ben is another customer with his own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from broadbill.accounts.operations.viewers import let_in
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through

INVITED_AT = at("2026-01-01")


@dataclass(frozen=True)
class Ada:
    """Account 10482, and the number of its one bill."""

    account: int
    bill: str


@pytest.fixture(autouse=True)
def reachable(settings: Any) -> None:
    settings.GATEWAYS = ["sandbox"]
    settings.PUBLIC_URL = "https://my.lakeside.example"


@pytest.fixture
def ada(db: None) -> Ada:
    from broadbill.billing.models import Document

    account = an_account("Ada Lovelace", number="10482", email="ada@home.example")
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    return Ada(account, Document.objects.get(account_id=account).number)


@pytest.fixture
def at_home(client: Client, ada: Ada) -> Client:
    """A browser in which Ada is signed in."""
    client.force_login(let_in(number="10482", actor=ACTOR, now=INVITED_AT))
    return client


@pytest.fixture
def ben_s(ada: Ada) -> Client:
    """A browser in which Ben is signed in, who has an account of his own."""
    an_account("Ben", number="10483", email="ben@home.example")
    browser = Client()
    browser.force_login(let_in(number="10483", actor=ACTOR, now=INVITED_AT))
    return browser
