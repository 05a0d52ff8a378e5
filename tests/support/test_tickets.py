"""Tickets: whose turn it is, what is written, and what the customer is told."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from broadbill.accounts.models import Account
from broadbill.accounts.operations.viewers import let_in
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.kernel.models import Event
from broadbill.messaging.models import Message
from broadbill.support.domain.errors import NothingSaid, NothingWanted, TicketUnknown
from broadbill.support.domain.topics import Topic
from broadbill.support.models import Ticket, TicketMessage
from broadbill.support.operations.tickets import (
    NewTicket,
    agree_to_wanted,
    answer,
    assign,
    open_ticket,
    solve,
    write_as_customer,
)
from broadbill.support.queries.tickets import ticket_page, ticket_read, tickets_by_state, tickets_of
from tests.staff import a_colleague
from tests.world import ACTOR, an_account, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> int:
    return an_account("Ada Lovelace", number="10482", email="bills@home.example")


@pytest.fixture
def ada(account: int) -> User:
    return let_in(number="10482", email="ada@home.example", actor=ACTOR, now=at("2026-01-01"))


def opened(account: int, actor: str = ACTOR, day: str = "2026-02-01", **more: object) -> int:
    given = {
        "topic": Topic.FAULT,
        "subject": "Slow  evenings",
        "body": "Since Monday.",
        "by_customer": True,
        **more,
    }
    return open_ticket(ticket=NewTicket(account_id=account, **given), now=at(day), actor=actor)  # type: ignore[arg-type]


def answered(ticket: int, *, solves: bool = False, actor: str = ACTOR, day: str = "2026-02-02") -> None:
    answer(ticket_id=ticket, body="A technician comes.", solves=solves, now=at(day), actor=actor)


def state(ticket: int) -> str:
    return ticket_read(ticket).state


class TestATicket:
    def test_is_the_office_s_turn_until_answered_and_again_when_the_customer_writes(
        self, account: int
    ) -> None:
        ticket = opened(account)
        states = [state(ticket)]
        answered(ticket)
        states.append(state(ticket))
        write_as_customer(
            ticket_id=ticket, account_id=account, body="Still slow.", now=at("2026-02-03"), actor=ACTOR
        )
        states.append(state(ticket))
        answered(ticket, solves=True)
        states.append(state(ticket))

        assert states == ["open", "waiting", "open", "solved"]
        assert [one.body for one in ticket_read(ticket).messages] == [
            "Since Monday.", "A technician comes.", "Still slow.", "A technician comes.",
        ]  # fmt: skip
        assert ticket_read(ticket).subject == "Slow evenings"

    def test_is_opened_again_by_what_the_customer_writes_later(self, account: int) -> None:
        ticket = opened(account)
        solve(ticket_id=ticket, now=at("2026-02-02"), actor=ACTOR)

        write_as_customer(
            ticket_id=ticket, account_id=account, body="Again.", now=at("2026-03-03"), actor=ACTOR
        )

        assert state(ticket) == "open"

    def test_of_another_account_is_not_there(self, account: int) -> None:
        ticket, other = opened(account), an_account("Ben")

        with pytest.raises(TicketUnknown):
            ticket_read(ticket, account_id=other)
        with pytest.raises(TicketUnknown):
            write_as_customer(ticket_id=ticket, account_id=other, body="x", now=at("2026-02-02"), actor=ACTOR)
        with pytest.raises(TicketUnknown):
            solve(ticket_id=ticket, account_id=other, now=at("2026-02-02"), actor=ACTOR)

    @pytest.mark.parametrize("lacking", ["subject", "body"])
    def test_needs_words(self, account: int, lacking: str) -> None:
        with pytest.raises(NothingSaid):
            opened(account, **{lacking: "  "})

        assert not Ticket.objects.exists()

    def test_is_assigned_to_whoever_answers_first_unless_somebody_has_it(self, account: int) -> None:
        clara, ben = (a_colleague(f"{name}@x.example", "", Role.SUPPORT) for name in ("clara", "ben"))
        first, second = opened(account), opened(account)
        assign(ticket_id=second, user_id=ben.pk, now=at("2026-02-02"), actor=ACTOR)

        answered(first, actor=clara.actor)
        answered(second, actor=clara.actor)

        assert [ticket_read(one).assigned_to for one in (first, second)] == [str(clara), str(ben)]

    def test_keeps_what_was_written(self, account: int) -> None:
        opened(account)

        with pytest.raises(DatabaseError), transaction.atomic():
            TicketMessage.objects.update(body="never said")
        with pytest.raises(IntegrityError), transaction.atomic():
            Ticket.objects.update(state="lost")

    def test_is_told_in_events_of_the_account(self, account: int) -> None:
        ticket = opened(account)
        answered(ticket, solves=True)

        verbs = Event.objects.filter(account_id=account, object_type="ticket").order_by("id")
        assert list(verbs.values_list("verb", flat=True)) == ["ticket.opened", "ticket.answered"]


class TestTheLetter:
    def test_of_an_answer_goes_to_who_asked(self, account: int, ada: User, settings: object) -> None:
        settings.PUBLIC_URL = "https://my.lakeside.example"  # type: ignore[attr-defined]
        ticket = opened(account, actor=ada.actor)

        answered(ticket)

        letter = Message.objects.get(kind="ticket_answer")
        assert letter.recipient == "ada@home.example"
        assert "A technician comes." in letter.body_text
        assert f"https://my.lakeside.example/my/help/{ticket}/" in letter.body_text

    def test_goes_to_the_account_s_readers_where_the_office_opened_it(self, account: int) -> None:
        answered(opened(account))
        assert Message.objects.get(kind="ticket_answer").recipient == "bills@home.example"

    def test_goes_out_for_each_answer(self, account: int) -> None:
        ticket = opened(account)
        answered(ticket)
        answered(ticket)
        assert Message.objects.filter(kind="ticket_answer").count() == 2


class TestWantedDetails:
    def test_are_taken_over_once_somebody_agrees(self, account: int) -> None:
        ticket = opened(account, topic=Topic.DETAILS, wanted={"street": "2 New Road", "city": "Vienna"})
        assert Account.objects.get().profile.street == ""

        agree_to_wanted(ticket_id=ticket, body="Done.", now=at("2026-02-02"), actor=ACTOR)

        profile = Account.objects.get().profile
        assert (profile.street, profile.city, state(ticket)) == ("2 New Road", "Vienna", "solved")
        with pytest.raises(NothingWanted):
            agree_to_wanted(ticket_id=ticket, body="Done.", now=at("2026-02-03"), actor=ACTOR)


class TestLists:
    def test_show_what_waits_longest_first_page_by_page(self, account: int) -> None:
        late, early = opened(account, day="2026-02-03"), opened(account, day="2026-02-01")
        done = opened(account)
        solve(ticket_id=done, now=at("2026-02-02"), actor=ACTOR)

        first = ticket_page(size=1)
        second = ticket_page(size=1, after=first.next_key)

        assert [row.id for row in first.rows + second.rows] == [early, late]
        assert second.next_key == ""
        assert [row.id for row in ticket_page(state="solved").rows] == [done]
        assert tickets_by_state() == {"open": 2}

    def test_of_an_account_are_latest_first(self, account: int) -> None:
        first, second = opened(account), opened(account)
        opened(an_account("Ben"))

        assert [row.id for row in tickets_of(account)] == [second, first]

    def test_ignore_a_key_that_never_was_one(self, account: int) -> None:
        opened(account)
        assert len(ticket_page(after="x~y").rows) == 1
