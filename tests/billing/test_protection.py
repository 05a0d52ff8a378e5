"""What is issued cannot be changed, and a change behind the database's back is found."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from broadbill.billing.models import Document
from broadbill.billing.queries.verify import verify_documents, verify_rulebooks, verify_series
from broadbill.ledger.domain.chart import CASH, RECEIVABLES
from broadbill.ledger.models import JournalEntry, Posting
from broadbill.ledger.queries.verify import verify_journal
from broadbill.payments.queries.verify import verify_payments
from tests.world import a_plan, a_subscription, an_account, at, bill_through, on, pay


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def everything_verified() -> list[str]:
    found = [
        *verify_rulebooks(), *verify_series(), *verify_documents(), *verify_journal(), *verify_payments(),
    ]  # fmt: skip
    return [str(deviation) for deviation in found]


@pytest.fixture
def issued() -> Document:
    account = an_account()
    a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
    bill_through("2026-01-01")
    pay(account, "30.00", "2026-01-05")
    bill_through("2026-02-01")
    return Document.objects.get(issued_on="2026-01-01")


PROTECTED = [
    "billing_document", "billing_line", "ledger_journalentry", "ledger_posting", "event", "contracts_fact",
    "payments_payment", "accounts_profile", "billing_rulebook", "catalog_price",
]  # fmt: skip
CHANGES = {
    "billing_document": "total = total", "billing_line": "amount = amount + 1", "ledger_journalentry": "kind = 'x'",
    "ledger_posting": "amount = amount + 1", "event": "actor = 'x'", "contracts_fact": "kind = 'x'",
    "payments_payment": "amount = amount + 1", "accounts_profile": "legal_name = 'x'",
    "billing_rulebook": "content = '{}'", "catalog_price": "model = '{}'",
}  # fmt: skip


@pytest.mark.django_db
class TestProtectedTables:
    @pytest.mark.parametrize("table", PROTECTED)
    def test_refuse_an_update(self, issued: Document, table: str) -> None:
        with pytest.raises(DatabaseError, match=r"UPDATE of .* refused"), transaction.atomic():
            execute(f"UPDATE {table} SET {CHANGES[table]}")

    @pytest.mark.parametrize("table", PROTECTED)
    def test_refuse_a_delete(self, issued: Document, table: str) -> None:
        with pytest.raises(DatabaseError, match=r"DELETE of .* refused"), transaction.atomic():
            execute(f"DELETE FROM {table}")

    @pytest.mark.parametrize("table", PROTECTED)
    def test_refuse_to_be_emptied(self, issued: Document, table: str) -> None:
        execute("SET CONSTRAINTS ALL IMMEDIATE")

        with pytest.raises(DatabaseError, match=r"TRUNCATE of .* refused"), transaction.atomic():
            execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db(transaction=True)
class TestJournal:
    def test_refuses_an_unbalanced_entry_at_commit(self) -> None:
        with (
            pytest.raises(DatabaseError, match="is not balanced: its postings sum to 1"),
            transaction.atomic(),
        ):
            self._post(100, -99)

        assert not JournalEntry.objects.exists()

    def test_refuses_a_posting_added_to_a_complete_entry(self) -> None:
        with transaction.atomic():
            entry = self._post(100, -100)

        with pytest.raises(DatabaseError, match="is complete"), transaction.atomic():
            Posting.objects.create(entry=entry, number=3, ledger_account_id=CASH, amount=0)

    def test_refuses_an_entry_without_its_postings(self) -> None:
        with pytest.raises(DatabaseError, match="announces 2 postings and has 0"), transaction.atomic():
            self._entry()

    def _post(self, debit: int, credit: int) -> JournalEntry:
        entry = self._entry()
        Posting.objects.create(entry=entry, number=1, ledger_account_id=CASH, amount=debit)
        Posting.objects.create(entry=entry, number=2, ledger_account_id=RECEIVABLES, amount=credit)
        return entry

    def _entry(self) -> JournalEntry:
        return JournalEntry.objects.create(
            posted_on=on("2026-01-01"),
            kind="test",
            currency="EUR",
            posting_count=2,
            recorded_at=at("2026-01-01"),
        )


@pytest.mark.django_db(transaction=True)
class TestVerify:
    @pytest.fixture
    def behind_the_back(self, superuser: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
        superuser.execute("SET session_replication_role = replica")
        return superuser

    def test_is_clean_when_nobody_interfered(self, issued: Document) -> None:
        assert everything_verified() == []

    @pytest.mark.parametrize(
        ("change", "finding"),
        [
            ("UPDATE billing_line SET amount = amount - 100", "do not match its digest"),
            ("UPDATE billing_line SET because = '[]'", "do not match its digest"),
            ("UPDATE billing_document SET due = 0", "do not match its digest"),
            (
                "UPDATE billing_document SET digest = sha256('x')",
                "does not follow from the document before it",
            ),
            ("UPDATE billing_document SET number = 'X' || number", "should be numbered"),
            ("DELETE FROM billing_document WHERE sequence = 1", "number 1 is missing before 2026-000002"),
            ("DELETE FROM billing_document WHERE sequence = 2", "2 numbers were given, 1 found"),
            ("UPDATE contracts_fact SET effective_on = '2026-01-11'", "recompute: 2026-000001"),
            ("UPDATE ledger_posting SET amount = amount * 2", "does not book what it says"),
            ("DELETE FROM ledger_posting WHERE number = 2", "its postings sum to"),
            (
                "UPDATE payments_openitem SET open = 1, amount = 3000 WHERE amount > 0",
                "its open items sum to",
            ),
            ("UPDATE payments_payment SET amount = 1", "does not book its amount"),
            (
                'UPDATE billing_rulebook SET content = \'{"plans": {}, "taxes": [], "policy": {}}\'',
                "its digest",
            ),
        ],
    )
    def test_finds_what_a_superuser_altered_with_triggers_off(
        self, issued: Document, behind_the_back: psycopg.Connection[Any], change: str, finding: str
    ) -> None:
        behind_the_back.execute(change.encode())
        behind_the_back.commit()

        assert any(finding in deviation for deviation in everything_verified())
