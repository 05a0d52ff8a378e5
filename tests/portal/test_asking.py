"""What a customer asks and says: messages, disputed lines, money back, each with its state."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from broadbill.messaging.models import Message
from broadbill.payments.models import LineDispute, Refund
from broadbill.payments.operations.line_disputes import refuse_dispute
from broadbill.payments.operations.refund import approve_refund
from broadbill.support.models import Ticket
from broadbill.support.operations.tickets import answer
from tests.console.page_checker import problems
from tests.portal.conftest import Ada
from tests.world import ACTOR, at, on, pay

pytestmark = pytest.mark.django_db
MESSAGE = {"topic": "fault", "subject": "Slow evenings", "body": "Since Monday."}


def body(response: Any) -> str:
    return str(response.content.decode())


class TestMessages:
    def test_are_written_answered_and_written_again(self, at_home: Client, ada: Ada) -> None:
        empty = body(at_home.get("/my/help/"))
        written = at_home.post("/my/help/new/", MESSAGE, follow=True)
        ticket = Ticket.objects.get()
        answer(ticket_id=ticket.id, body="Restart it.", solves=False, now=at("2026-02-02"), actor=ACTOR)
        answered = body(at_home.get(f"/my/help/{ticket.id}/"))
        at_home.post(f"/my/help/{ticket.id}/", {"body": "It helped."})
        listed = body(at_home.get("/my/help/"))

        for page in (empty, body(written), answered, listed):
            assert problems(page) == []
        assert "No messages yet" in empty
        assert "Restart it." in answered
        assert "Answered" in answered
        assert "With us" in listed
        assert Message.objects.get(kind="ticket_answer").recipient == "ada@home.example"

    def test_are_closed_by_who_asked(self, at_home: Client) -> None:
        at_home.post("/my/help/new/", MESSAGE)
        ticket = Ticket.objects.get()

        at_home.post(f"/my/help/{ticket.id}/solved/")

        assert "Is it not solved?" in body(at_home.get(f"/my/help/{ticket.id}/"))

    def test_may_be_about_a_bill_of_theirs(self, at_home: Client, ben_s: Client, ada: Ada) -> None:
        form = body(at_home.get(f"/my/help/new/?bill={ada.bill}"))

        at_home.post(f"/my/help/new/?bill={ada.bill}", {**MESSAGE, "topic": "bill"})

        assert problems(form) == []
        assert f'value="Bill {ada.bill}"' in form
        assert Ticket.objects.get().document == ada.bill
        assert ben_s.get(f"/my/help/new/?bill={ada.bill}").status_code == 404

    def test_without_words_are_refused_and_keep_what_was_typed(self, at_home: Client) -> None:
        refused = at_home.post("/my/help/new/", {**MESSAGE, "subject": ""})

        assert refused.status_code == 422
        assert problems(body(refused)) == []
        assert "Since Monday." in body(refused)

    def test_of_others_are_not_there(self, at_home: Client, ben_s: Client) -> None:
        at_home.post("/my/help/new/", MESSAGE)
        there = f"/my/help/{Ticket.objects.get().id}/"

        assert [ben_s.get(there).status_code, ben_s.post(there, {"body": "x"}).status_code] == [404, 404]
        assert ben_s.post(f"{there}solved/").status_code == 404

    def test_show_tags_as_they_were_typed(self, at_home: Client) -> None:
        page = at_home.post("/my/help/new/", {**MESSAGE, "body": "<script>x</script>"}, follow=True)

        assert "&lt;script&gt;x" in body(page)
        assert "<script>x" not in body(page)


class TestADisputedLine:
    def test_is_looked_into_and_its_decision_shown_on_the_bill(self, at_home: Client, ada: Ada) -> None:
        address = f"/my/bills/{ada.bill}/dispute/1/"
        assert f'href="{address}"' in body(at_home.get(f"/my/bills/{ada.bill}/"))
        form = body(at_home.get(address))

        disputed = body(at_home.post(address, {"reason": "I was away."}, follow=True))
        row = LineDispute.objects.get()
        refuse_dispute(dispute_id=row.id, note="The line was on.", now=at("2026-02-02"), actor=ACTOR)
        decided = body(at_home.get(f"/my/bills/{ada.bill}/"))

        assert (row.amount, row.reason) == (3000, "I was away.")
        assert row.opened_by.startswith("user:")
        for page in (form, disputed, decided):
            assert problems(page) == []
        assert "We look into it" in disputed
        assert f'href="{address}"' not in disputed
        assert "The line is right" in decided
        assert "The line was on." in decided
        assert "The line was on." in body(at_home.get("/my/help/"))

    def test_is_disputed_once(self, at_home: Client, ada: Ada) -> None:
        address = f"/my/bills/{ada.bill}/dispute/1/"
        at_home.post(address, {"reason": "I was away."})

        again = at_home.post(address, {"reason": "I was away."})

        assert again.status_code == 422
        assert LineDispute.objects.count() == 1

    def test_has_to_be_theirs(self, ben_s: Client, at_home: Client, ada: Ada) -> None:
        assert ben_s.post(f"/my/bills/{ada.bill}/dispute/1/", {"reason": "x"}).status_code == 404
        assert at_home.get(f"/my/bills/{ada.bill}/dispute/9/").status_code == 404


class TestARefund:
    def asked(self, at_home: Client, amount: str = "20.00") -> Any:
        page = body(at_home.get("/my/help/refund/"))
        assert problems(page) == []
        (key,) = re.findall(r'name="key" value="([^"]+)"', page)
        form = {"key": key, "amount": amount, "method": "transfer", "reason": "Paid twice"}
        at_home.post("/my/help/refund/", form)
        return at_home.post("/my/help/refund/", form, follow=True)

    def test_of_what_is_in_credit_waits_for_the_office_whatever_the_amount(
        self, at_home: Client, ada: Ada
    ) -> None:
        pay(ada.account, "50.00", "2026-01-05")

        page = body(self.asked(at_home))
        row = Refund.objects.get()
        approve_refund(refund_id=row.id, on=on("2026-02-02"), now=at("2026-02-02"), actor="user:0")

        assert (row.state, row.amount) == ("requested", 2000)
        assert "We look at it" in page
        assert "Paid back" in body(at_home.get("/my/help/"))

    def test_of_more_than_that_is_refused_in_words(self, at_home: Client, ada: Ada) -> None:
        pay(ada.account, "50.00", "2026-01-05")

        refused = self.asked(at_home, "20.01")

        assert refused.status_code == 422
        assert problems(body(refused)) == []
        assert not Refund.objects.exists()

    def test_of_nothing_is_not_offered(self, at_home: Client, ada: Ada) -> None:
        assert "/my/help/refund/" not in body(at_home.get("/my/help/"))
        assert at_home.get("/my/help/refund/")["Location"] == "/my/help/"
