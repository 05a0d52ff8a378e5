"""Every list of the office is a file: all its rows, as they are narrowed, however many pages they are."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from broadbill.billing.models import Document
from broadbill.billing.queries.run_list import run_page
from broadbill.console import exports
from broadbill.console.exports import every_row, every_row_by_id
from broadbill.kernel.deviation import Deviation
from broadbill.messaging.domain.drafts import Draft
from broadbill.messaging.operations.enqueue import enqueue
from broadbill.network.models import Drift
from broadbill.payments.adapters.bank_files import read_bank_file
from broadbill.payments.operations.bank import import_statements
from broadbill.payments.operations.findings import open_findings
from broadbill.payments.operations.refund import NewRefund, request_refund
from broadbill.payments.queries.proof import findings
from broadbill.support.domain.topics import Topic
from broadbill.support.operations.tickets import NewTicket, open_ticket
from tests.console.page_checker import problems
from tests.network.edge import a_session, an_access
from tests.payments.bank_samples import camt, camt_entry
from tests.prepaid.cards import a_batch
from tests.promotions import a_coupon, a_promotion
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = pytest.mark.django_db

# Each list with what its file says of a row that the world below has for it.
EVERY_LIST: dict[str, dict[str, str]] = {
    "/customers/": {"number": "10482", "name": "Amina Haddad", "balance": "5.00", "currency": "EUR"},
    "/invoices/": {"number": "2026-000001", "kind": "invoice", "account": "10482", "total": "30.00"},
    "/payments/": {"receipt": "R-2026-000001", "account": "10482", "amount": "25.00", "method": "cash"},
    "/runs/": {"through": "2026-10-01", "state": "finished", "documents": "1", "only_account": ""},
    "/bank/": {"amount": "31.00", "currency": "EUR", "payer": "Somebody"},
    "/proof/": {"check": "gateway", "subject": "charge sx_1", "words": "5.00 EUR that nothing here is for"},
    "/refunds/": {"account": "10001", "amount": "1.00", "method": "transfer", "reason": "kindness"},
    "/disputes/": {"account": "10482", "invoice": "2026-000001", "amount": "1.00", "reason": "too slow"},
    "/collections/": {"account": "10482", "name": "Amina Haddad", "overdue": "4.00", "currency": "EUR"},
    "/vouchers/": {"kind": "money", "price": "10.00", "currency": "EUR", "count": "3", "sold": "0"},
    "/promotions/": {"code": "summer", "kind": "discount", "redeemed": "0", "is_paused": "False"},
    "/promotions/summer/coupons/csv/": {"coupon": "SUMMER-20", "limit": "100", "redeemed": "0"},
    "/plans/": {"code": "fiber", "name": "Fiber", "currency": "EUR", "prepaid": "False"},
    "/tickets/": {"account": "10482", "subject": "Slow evenings", "state": "open", "assigned_to": ""},
    "/outbox/?state=queued&q=november": {
        "recipient": "amina@home.example",
        "state": "queued",
        "attempts": "0",
    },
    "/network/": {"username": "amina@isp", "account": "10482"},
    "/network/drift/": {"kind": "wrong_speed", "username": "amina@isp", "wanted": "100M", "found": "10M"},
    "/audit/?account=10482": {"verb": "account.opened", "object_type": "account"},
    "/books/?on=2026-10-01": {"code": "1100", "balance": "30.00"},
}


def rows_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(b"".join(response.streaming_content).decode())))


@pytest.fixture
def world(office: Client, time_machine: Any) -> None:
    """Amina owes 5.00 of her one invoice, and of everything else there is one."""
    amina = an_account("Amina Haddad", number="10482", email="amina@home.example")
    line = a_subscription(amina, a_plan("fiber"), "2026-10-01")
    bill_through("2026-10-01")
    pay(amina, "25.00", "2026-10-05")
    time_machine.move_to(at("2026-11-20"))
    an_access(amina, line, "amina@isp", password="x")
    a_session("amina@isp")
    Drift.objects.create(
        kind="wrong_speed", username="amina@isp", subscription_id=line, wanted="100M", found="10M",
        first_seen_at=at("2026-11-20"),
    )  # fmt: skip
    statements = read_bank_file(camt([camt_entry("31.00", payer="Somebody")], closing="131.00"), "a.xml")
    import_statements(statements=statements, file="a.xml", now=at("2026-11-04"), actor=ACTOR)
    found = Deviation("gateway", "charge sx_1", "5.00 EUR that nothing here is for")
    open_findings([found], now=at("2026-11-12"), actor=ACTOR)
    a_batch()
    a_coupon("SUMMER-20", a_promotion(limit=100), limit=100)
    asked = NewTicket(
        account_id=amina, topic=Topic.FAULT, subject="Slow evenings", body="Since Monday.", by_customer=True
    )
    open_ticket(ticket=asked, now=at("2026-11-19"), actor=ACTOR)
    draft = Draft(
        kind="invoice", object_type="invoice", object_id="1", recipient="amina@home.example", language="en",
        subject="Your bill for November", text="30.00 is due.", account_id=amina,
    )  # fmt: skip
    enqueue(draft=draft, now=at("2026-11-02"))
    claim = {"amount": "1.00", "reason": "too slow", "key": str(uuid4())}
    office.post(f"/invoices/{Document.objects.get().number}/lines/1/dispute/", claim)
    ada = an_account("Ada", number="10001")
    pay(ada, "80.00", "2026-10-05")
    wanted = NewRefund(
        account_id=ada, amount=euro("1.00"), method="transfer", reason="kindness", idempotency_key="r1"
    )
    request_refund(refund=wanted, on=on("2026-11-20"), now=at("2026-11-20"), actor=ACTOR, limit=euro("0.00"))


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("path", EVERY_LIST)
def test_a_list_is_a_file_of_its_rows_and_its_page_leads_to_it(office: Client, path: str) -> None:
    is_page = "csv/" not in path
    asked = f"{path}{'&' if '?' in path else '?'}as=csv" if is_page else path

    found = rows_of(office.get(asked))

    assert any(EVERY_LIST[path].items() <= row.items() for row in found), found
    if is_page:
        page = office.get(path).content.decode()
        assert f'href="?{asked.partition("?")[2]}"'.replace("&", "&amp;") in page
        assert problems(page) == []


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("path", ["/outbox/?state=sent", "/tickets/?state=solved", "/network/?q=nobody"])
def test_a_narrowed_list_is_a_narrowed_file(office: Client, path: str) -> None:
    assert rows_of(office.get(f"{path}&as=csv")) == []


def test_lines_the_network_was_not_told_of_are_a_file(office: Client) -> None:
    head = b"".join(office.get("/network/not-reached/?as=csv").streaming_content).decode()

    assert head == "account,subscription,cause,outcome,tries,failed_at\r\n"


class TestPages:
    def test_of_a_list_follow_one_another_in_its_file(self) -> None:
        for day in ("2026-01-01", "2026-02-01", "2026-03-01"):
            bill_through(day)

        assert [str(row.through) for row in every_row(run_page, size=1)] == [
            "2026-03-01", "2026-02-01", "2026-01-01",
        ]  # fmt: skip

    def test_of_a_worklist_follow_one_another_in_its_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exports, "ROWS_AT_A_TIME", 2)
        found = [
            Deviation("gateway", f"charge sx_{n}", "5.00 EUR that nothing here is for") for n in range(5)
        ]
        opened = open_findings(found, now=at("2026-01-12"), actor=ACTOR)

        assert [row.id for row in every_row_by_id(findings)] == [row.id for row in opened]
