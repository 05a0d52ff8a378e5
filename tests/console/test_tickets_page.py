"""Tickets in the office: the list, the thread, answering, assigning, agreeing to what is wanted."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadbill.accounts.models import Account
from broadbill.messaging.models import Message
from broadbill.support.domain.topics import Topic
from broadbill.support.models import Ticket
from broadbill.support.operations.tickets import NewTicket, open_ticket
from tests.console.page_checker import problems
from tests.world import ACTOR, an_account, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket() -> int:
    account = an_account("Ada Lovelace", number="T-1", email="ada@home.example")
    new = NewTicket(
        account_id=account,
        topic=Topic.DETAILS,
        subject="We moved",
        body="Please send bills there.",
        by_customer=True,
        wanted={"street": "2 New Road"},
    )
    return open_ticket(ticket=new, now=at("2026-02-01"), actor=ACTOR)


def body(response: Any) -> str:
    return str(response.content.decode())


def test_the_list_leads_to_the_thread(
    office: Client, ticket: int, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        listed = body(office.get("/tickets/"))
    page = body(office.get(f"/tickets/{ticket}/"))

    assert problems(listed) == []
    assert problems(page) == []
    assert f'href="/tickets/{ticket}/"' in listed
    assert "Please send bills there." in page


def test_the_list_is_narrowed(office: Client, ticket: int) -> None:
    shown = {query: "We moved" in body(office.get(f"/tickets/?{query}")) for query in
             ("state=open", "state=waiting", "state=solved", "mine=1", "state=nonsense")}  # fmt: skip

    assert shown == {
        "state=open": True, "state=waiting": False, "state=solved": False, "mine=1": False, "state=nonsense": True
    }  # fmt: skip
    assert problems(body(office.get("/tickets/?state=solved"))) == []


def test_an_answer_is_mailed_and_makes_it_mine(office: Client, ticket: int) -> None:
    refused = office.post(f"/tickets/{ticket}/answer/", {"body": ""})
    office.post(f"/tickets/{ticket}/answer/", {"body": "We do.", "solves": "1"})

    assert refused.status_code == 422
    assert problems(body(refused)) == []
    assert Message.objects.get(kind="ticket_answer").recipient == "ada@home.example"
    assert Ticket.objects.get().state == "solved"
    assert "We moved" in body(office.get("/tickets/?mine=1&state=solved"))


def test_wanted_details_are_taken_over_after_asking(office: Client, ticket: int) -> None:
    asked = body(office.get(f"/tickets/{ticket}/details/"))
    office.post(f"/tickets/{ticket}/details/", {"body": "Done."})

    assert problems(asked) == []
    assert "2 New Road" in asked
    assert Account.objects.get().profile.street == "2 New Road"


def test_it_is_assigned_and_solved(office: Client, ticket: int) -> None:
    from broadbill.identity.models import User

    somebody = User.objects.filter(is_customer=False).first()
    assert somebody is not None

    office.post(f"/tickets/{ticket}/assign/", {"person": str(somebody.pk)})
    office.post(f"/tickets/{ticket}/solve/")

    row = Ticket.objects.get()
    assert (row.assigned_to, row.state) == (somebody, "solved")


def test_one_is_opened_for_who_calls(office: Client, ticket: int) -> None:
    there = "/customers/T-1/tickets/new/"
    assert problems(body(office.get(there))) == []

    office.post(there, {"topic": "fault", "subject": "No light", "body": "Since noon."})

    page = body(office.get("/customers/T-1/"))
    assert Ticket.objects.count() == 2
    assert "No light" in page
    assert problems(page) == []
